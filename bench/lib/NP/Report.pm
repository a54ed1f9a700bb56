# SPDX-License-Identifier: Apache-2.0
# What was measured, as Markdown.
package NP::Report;
use strict;
use warnings;
use Exporter 'import';
use NP::Processors qw(whose_processors);
use NP::Run qw(slurp);
use NP::Series qw(median middle quartiles added to_beside per_request);
use POSIX qw(uname strftime);

our @EXPORT_OK = qw(table machine row spread);

sub row { return '| ' . join(' | ', @_) . " |\n" }

# Microseconds, and between which ones the middle half of the rounds lies
sub spread {
    my $middle = sprintf '%.1f', median(@_);
    return @_ > 1 ? sprintf "$middle (%.1f to %.1f)", quartiles(@_) : $middle;
}

# A table of one number of connections; $rounds is { id => [rounds] }
sub table {
    my ($rounds, @contenders) = @_;
    my $floor_rate = median(to_beside($rounds->{floor})) || 1;
    my $floor_cpu = median(added($rounds->{floor})) || 1;
    my $text = row('', 'requests/s', 'to bare', 'to the floor', 'p50 us', 'p99 us',
        'CPU us added', 'to the floor', 'gets', 'writes', 'Set-Cookie')
        . row('---', ('---:') x 10);
    for my $contender (@contenders) {
        my $mine = $rounds->{ $contender->{id} };
        my $rate = median(to_beside($mine));
        my $cpu = $contender->{id} eq 'bare' ? 0 : median(added($mine));
        $text .= row($contender->name, sprintf('%.0f', middle('rate', $mine)),
            sprintf('%.2f', $rate), sprintf('%.2f', $rate / $floor_rate),
            sprintf('%.0f', middle('p50', $mine)), sprintf('%.0f', middle('p99', $mine)),
            $contender->{id} eq 'bare'
                ? sprintf('(%.1f in all)', middle('cpu', $mine)) : spread(added($mine)),
            sprintf('%.2f', $cpu / $floor_cpu),
            map { sprintf '%.2f', $_ } per_request('gets', $mine),
            per_request('writes', $mine), middle('set_cookies', $mine));
    }
    return $text;
}

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
        whose_processors(),
        'load average ' . join(' ', (split ' ', slurp('/proc/loadavg'))[0 .. 2]);
}

1;
