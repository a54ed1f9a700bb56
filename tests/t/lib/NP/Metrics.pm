# SPDX-License-Identifier: Apache-2.0
# Reads Prometheus' text format 0.0.4, and takes nothing that is not it: each
# metric with HELP and TYPE before it, all its lines together, no line twice,
# names and escapes as they must be, and histograms that add up.
package NP::Metrics;
use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(parse_metrics);

my $name   = qr/[a-zA-Z_:][a-zA-Z0-9_:]*/;
my $label  = qr/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"/;
my $number = qr/-?\d+(?:\.\d+)?|\+Inf/;

# { values => { 'name{a="b",c="d"}' => number }, type => { name => type } };
# dies of whatever is wrong
sub parse_metrics {
    my ($text) = @_;
    my $self = { values => {}, type => {}, help => {}, samples => {} };
    die "the last line has no end\n" if $text !~ /\n\z/;
    die "a NUL or a carriage return\n" if $text =~ /[\0\r]/;
    for (split /\n/, $text) {
        if    (/^# HELP ($name) (\S.*)$/)          { _help($self, $1, $2) }
        elsif (/^# TYPE ($name) (\w+)$/)           { _type($self, $1, $2) }
        elsif (/^($name)(?:\{(.*)\})? ($number)$/) { _sample($self, $1, $2, $3) }
        else                                       { die "no such line: $_\n" }
    }
    die "$_ has no sample\n" for grep { !$self->{samples}{$_} } keys %{ $self->{type} };
    _histogram($self, $_) for grep { $self->{type}{$_} eq 'histogram' } keys %{ $self->{type} };
    return $self;
}

sub _help {
    my ($self, $metric, $help) = @_;
    die "HELP of $metric twice\n" if $self->{help}{$metric}++;
    die "an escape in HELP of $metric\n" if $help =~ /\\(?![\\n])/;
    $self->{now} = $metric;
    return;
}

sub _type {
    my ($self, $metric, $type) = @_;
    die "TYPE of $metric without its HELP\n" if ($self->{now} || '') ne $metric;
    die "TYPE of $metric twice\n" if $self->{type}{$metric};
    die "type $type\n" if $type !~ /^(?:counter|gauge|histogram)$/;
    die "$metric is a counter without _total\n" if ($type eq 'counter') != ($metric =~ /_total$/);
    $self->{type}{$metric} = $type;
    return;
}

sub _sample {
    my ($self, $metric, $labels, $value) = @_;
    my $family = $self->{now} || '';
    my $type = $self->{type}{$family} or die "$metric without TYPE\n";
    my $part = $type eq 'histogram' ? qr/_(?:bucket|sum|count)/ : qr//;
    die "$metric among the lines of $family\n" if $metric !~ /^\Q$family\E$part$/;
    my %labels = _labels($labels);
    my $key = $metric . (%labels ? '{' . join(',', map { "$_=\"$labels{$_}\"" } sort keys %labels) . '}' : '');
    die "$key twice\n" if exists $self->{values}{$key};
    die "$key is no count\n" if $value !~ /^\d+$/ && $type ne 'gauge' && $metric !~ /_sum$/;
    $self->{values}{$key} = $value;
    push @{ $self->{samples}{$family} }, [$metric, \%labels, $value];
    return;
}

sub _labels {
    my ($text) = @_;
    my %labels;
    return if !defined $text;
    while ($text =~ /\G$label(,(?!\z)|\z)/gc) {
        die "label $1 twice\n" if exists $labels{$1};
        $labels{$1} = $2;
        last if $3 eq '';
    }
    die "labels: $text\n" if (pos($text) || 0) != length $text;
    return %labels;
}

sub _histogram {
    my ($self, $metric) = @_;
    my (%last, %count, %sum);
    for (@{ $self->{samples}{$metric} }) {
        my ($name, $labels, $value) = @$_;
        my %rest = %$labels;
        my $bound = delete $rest{le};
        my $key = join ',', map { "$_=$rest{$_}" } sort keys %rest;
        $count{$key} = $value if $name =~ /_count$/;
        $sum{$key} = $value if $name =~ /_sum$/;
        next if $name !~ /_bucket$/;
        my $before = $last{$key} || [-1, 0];
        $bound = 9**9**9 if $bound eq '+Inf';
        die "$metric: bounds fall\n" if $bound <= $before->[0];
        die "$metric: buckets fall\n" if $value < $before->[1];
        $last{$key} = [$bound, $value];
    }
    for (keys %last) {
        die "$metric: no +Inf\n" if $last{$_}[0] != 9**9**9;
        die "$metric: no count or sum\n" if !defined $count{$_} || !defined $sum{$_};
        die "$metric: +Inf is not the count\n" if $last{$_}[1] != $count{$_};
    }
    return;
}

1;
