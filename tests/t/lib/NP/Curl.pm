# SPDX-License-Identifier: Apache-2.0
# One request by curl, and its answer as an object.
package NP::Curl;
use strict;
use warnings;
use Exporter 'import';
use NP::Cookie qw(parse_set_cookie);
use NP::Run qw(work_dir slurp);
use POSIX ();

our @EXPORT_OK = qw(curl);

my $serial = 0;

# method   => name               header => ['Name: value', ...]
# data     => body of a POST     user   => 'name:password'
# jar      => path of a cookie jar, read and written
# cookie   => text of a Cookie header
# closed   => 1: with the jar's session cookies dropped, as by a browser that
#             was closed
# digest, http2, follow => 1     args   => [more arguments]
sub curl {
    my ($url, %option) = @_;
    my $base = work_dir() . "/run/curl.$$." . ++$serial;
    my @command = ('curl', '-sS', '--noproxy', '*', '-k', '--max-time', 30,
                   '-D', "$base.head", '-o', "$base.body",
                   $option{http2} ? '--http2' : '--http1.1');
    push @command, '--head' if ($option{method} || '') eq 'HEAD';
    push @command, '-X', $option{method}
        if $option{method} && $option{method} ne 'HEAD';
    push @command, map { ('-H', $_) } @{ $option{header} || [] };
    push @command, '--data-binary', $option{data} if defined $option{data};
    push @command, '-b', $option{jar}, '-c', $option{jar} if $option{jar};
    push @command, '-H', "Cookie: $option{cookie}" if defined $option{cookie};
    push @command, '-j' if $option{closed};
    push @command, '-u', $option{user} if defined $option{user};
    push @command, '--digest' if $option{digest};
    push @command, '-L' if $option{follow};
    push @command, @{ $option{args} || [] }, $url;
    my ($exit, $said) = _run(@command);
    my $head = -e "$base.head" ? slurp("$base.head") : '';
    my $body = -e "$base.body" ? slurp("$base.body") : '';
    unlink "$base.head", "$base.body";
    return NP::Curl::Answer->new($exit, $said, $head, $body);
}

sub _run {
    my (@command) = @_;
    defined(my $pid = open my $pipe, '-|') or die "fork: $!\n";
    if (!$pid) {
        open STDIN, '<', '/dev/null';
        open STDERR, '>&', \*STDOUT;
        exec { $command[0] } @command or POSIX::_exit(127);
    }
    my $said = do { local $/; <$pipe> };
    close $pipe;
    return ($? >> 8, defined $said ? $said : '');
}

package NP::Curl::Answer;

# $head has one block for each response: 100, a challenge, redirects, the last
sub new {
    my ($class, $exit, $said, $head, $body) = @_;
    my @blocks = map { _block($_) } grep { /\S/ } split /\r?\n\r?\n/, $head;
    my $last = pop @blocks || { status => 0, version => '', fields => [] };
    return bless { %$last, exit => $exit, error => $said, body => $body,
                   head => $head, history => \@blocks }, $class;
}

sub _block {
    my ($text) = @_;
    my ($first, @lines) = split /\r?\n/, $text;
    my ($version, $status) = $first =~ m{^HTTP/(\S+) (\d+)};
    my @fields = map { [split /:\s*/, $_, 2] } @lines;
    return { status => $status, version => $version, fields => \@fields };
}

sub status  { return $_[0]{status} }
sub version { return $_[0]{version} }
sub body    { return $_[0]{body} }
sub head    { return $_[0]{head} }
# curl's own exit status and message
sub exit    { return $_[0]{exit} }
sub error   { return $_[0]{error} }
# the answers before this one: { status, version, fields => [[name, value]] }
sub history { return @{ $_[0]{history} } }

# Values of all fields of that name
sub all {
    my ($self, $name) = @_;
    return map { $_->[1] } grep { lc $_->[0] eq lc $name } @{ $self->{fields} };
}

# The only value of a field; undef without one, all joined if there are more
sub header {
    my ($self, $name) = @_;
    my @values = $self->all($name);
    return @values ? join(', ', @values) : undef;
}

# Set-Cookie lines, parsed, in their order
sub cookies {
    my ($self) = @_;
    return map { NP::Cookie::parse_set_cookie($_) } $self->all('Set-Cookie');
}

# The one that sets this name; undef if none or several do
sub cookie {
    my ($self, $name) = @_;
    my @found = grep { $_->{name} eq $name } $self->cookies;
    return @found == 1 ? $found[0] : undef;
}

1;
