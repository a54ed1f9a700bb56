# SPDX-License-Identifier: Apache-2.0
# httpd's small object caches keep the store's contract: alone, and while other
# processes use the same cache.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Curl ();
use NP::Test;

use constant { PROCESSES => 6, KEYS => 10 };

my @caches = grep { Apache::Test::have_module("socache_$_") } qw(shmcb dbm);
my %answer = map { $_ => curl("/np-store-test/$_") } @caches;
my %results = map { $_ => [results($answer{$_}->body)] } @caches;
my $total = 0;
$total += @{ $results{$_} } + 2 + PROCESSES + 1 for @caches;

plan tests => $total, need need_module('np_store_test'), need_lwp;

for my $cache (@caches) {
    is $answer{$cache}->status, 200, "$cache: the contract was run";
    like $answer{$cache}->body, qr/^1\.\.\d\d+$/m, "$cache: to its end";
    ok $_->[0], "$cache: $_->[1]" or diag $_->[2] for @{ $results{$cache} };
    races($cache);
    adds($cache);
}

# [passed, name, what was said before] of each line of TAP
sub results {
    my ($tap) = @_;
    my ($said, @found) = ('');
    for (split /\n/, $tap) {
        if (/^(not )?ok \d+ - (.*)/) {
            push @found, [!$1, $2, $said];
            $said = '';
        }
        elsif (/^#/) {
            $said .= "$_\n";
        }
    }
    return @found;
}

# Several requests at once: what each of them said
sub at_once {
    my (@urls) = @_;
    my @pipes = map {
        defined(my $pid = open my $pipe, '-|') or die "fork: $!\n";
        exec qw(curl -sS --noproxy * --max-time 60), $_ or die if !$pid;
        $pipe;
    } @urls;
    return map { local $/; my $pipe = $_; scalar <$pipe> } @pipes;
}

sub races {
    my ($cache) = @_;
    my $url = main_url() . "/np-store-test/$cache?races";
    for (at_once(($url) x PROCESSES)) {
        my @failed = grep { !$_->[0] } results($_);
        ok /^1\.\.\d+$/m && !@failed, "$cache: races beside others"
            or diag $_;
    }
}

# One key after the other is added by all at once: one of them wins
sub adds {
    my ($cache) = @_;
    my @wrong;
    for my $n (1 .. KEYS) {
        my $key = "key-$$-$n";
        my $said = join '', sort(at_once(
            (main_url() . "/np-store-test/$cache?add=$key") x PROCESSES));
        push @wrong, $said
            if $said ne "added\n" . "taken\n" x (PROCESSES - 1);
    }
    ok !@wrong, "$cache: of several processes, one adds a key" or diag @wrong;
}
