# SPDX-License-Identifier: Apache-2.0
# What was measured, as Markdown.
package NP::Report;
use strict;
use warnings;
use Exporter 'import';
use NP::Measure qw(median);
use NP::Run qw(slurp);
use POSIX qw(uname strftime);

our @EXPORT_OK = qw(table machine row);

sub row { return '| ' . join(' | ', @_) . " |\n" }

# Of two series of the same rounds, the median of what one of them is more
sub _added {
    my ($rounds, $bare) = @_;
    return median(map { $rounds->[$_]{cpu} - $bare->[$_]{cpu} } 0 .. $#$rounds);
}

sub _ratio {
    my ($rounds, $other) = @_;
    return median(map { $rounds->[$_]{rate} / ($other->[$_]{rate} || 1) } 0 .. $#$rounds);
}

sub _middle { my ($what, $rounds) = @_; return median(map { $_->{$what} } @$rounds) }

sub _per_request {
    my ($what, $rounds) = @_;
    my ($sum, $requests) = (0, 0);
    $sum += $_->{$what}, $requests += $_->{requests} for @$rounds;
    return $requests ? $sum / $requests : 0;
}

# A table of one number of connections; $rounds is { id => [rounds] }
sub table {
    my ($rounds, @contenders) = @_;
    my ($bare, $floor) = @$rounds{qw(bare floor)};
    my $text = row('', 'requests/s', 'to bare', 'to the floor', 'p50 us', 'p99 us',
        'CPU us added', 'to the floor', 'gets', 'writes', 'Set-Cookie')
        . row('---', ('---:') x 10);
    for my $contender (@contenders) {
        my $mine = $rounds->{ $contender->{id} };
        my $added = _added($mine, $bare);
        $text .= row($contender->name, sprintf('%.0f', _middle('rate', $mine)),
            sprintf('%.2f', _ratio($mine, $bare)), sprintf('%.2f', _ratio($mine, $floor)),
            _middle('p50', $mine), _middle('p99', $mine), sprintf('%.1f', $added),
            sprintf('%.2f', $added / (_added($floor, $bare) || 1)),
            sprintf('%.2f', _per_request('gets', $mine)),
            sprintf('%.2f', _per_request('writes', $mine)),
            sprintf('%.2f', _middle('set_cookies', $mine)));
    }
    return $text;
}

sub _first { my ($text) = @_; $text =~ s/\n.*//s; return $text }

sub _version { my ($command, $pattern) = @_; return qx($command 2>&1) =~ $pattern ? $1 : '?' }

# What it was measured on, and how busy that was with other things
sub machine {
    my @uname = uname();
    my ($model) = slurp('/proc/cpuinfo') =~ /^model name\s*:\s*(.*)/m;
    my $cores = () = slurp('/proc/cpuinfo') =~ /^processor\s*:/mg;
    my $httpd = $ENV{NP_REAL_HTTPD} || '/usr/sbin/apache2';
    return join '', map { "- $_\n" }
        strftime('%Y-%m-%d', gmtime),
        sprintf('%s, %d cores, Linux %s', $model || $uname[4], $cores, $uname[2]),
        sprintf('httpd %s (event), memcached %s, OpenSSL %s, wrk %s',
            _version("$httpd -v", qr{Apache/(\S+)}), _version('memcached -V', qr/(\d\S+)/),
            _version('openssl version', qr/OpenSSL (\S+)/), _version('wrk -v', qr/wrk (\S+)/)),
        'load average ' . join(' ', (split ' ', slurp('/proc/loadavg'))[0 .. 2]);
}

1;
