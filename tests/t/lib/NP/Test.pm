# SPDX-License-Identifier: Apache-2.0
# All that a suite needs besides Apache::Test:
#
#   my $memcached = start_memcached();           # NP::Memcached, of its own
#   my $server = httpd(conf => <<'CONF');        # NP::Httpd, of its own
#     SessionNPStore memcache:...
#   CONF
#   my $jar = cookie_jar();
#   my $answer = curl($server->url . '/', jar => $jar);   # NP::Curl::Answer
#   is $answer->status, 200;
#   my $log = error_log();                       # NP::Log of the main server
#
# What was started ends with the test, however that ends.
package NP::Test;
use strict;
use warnings;
use Exporter 'import';
use Apache::Test ();
use NP::Cookie qw(parse_set_cookie cookie_jar jar_cookies);
use NP::Curl ();
use NP::Httpd ();
use NP::Log ();
use NP::Memcached ();
use NP::Run qw(wait_until in_time slurp spew work_dir);

our @EXPORT = qw(start_memcached main_memcached httpd main_url error_log curl
    parse_set_cookie cookie_jar jar_cookies wait_until in_time slurp spew work_dir);

# port => 0 (any), args => [more arguments of memcached]
sub start_memcached { return NP::Memcached->start(@_) }

# The one of the main server, for questions
sub main_memcached { return NP::Memcached->at(Apache::Test::vars('memcached')) }

sub httpd { return NP::Httpd->new(@_) }

# Of the main server, or of one of its virtual hosts: main_url('mod_ssl')
sub main_url {
    my ($vhost) = @_;
    return 'http://127.0.0.1:' . Apache::Test::vars('port') if !$vhost;
    my $known = Apache::Test::config()->{vhosts}{$vhost}
        or die "no virtual host $vhost\n";
    my $scheme = $vhost eq 'mod_ssl' ? 'https' : 'http';
    return "$scheme://127.0.0.1:$known->{port}";
}

# As NP::Curl::curl; a path alone is one of the main server
sub curl {
    my ($url, @options) = @_;
    return NP::Curl::curl($url =~ m{^/} ? main_url() . $url : $url, @options);
}

# Marked at its present end
sub error_log {
    return NP::Log->new(Apache::Test::vars('t_logs') . '/error_log');
}

1;
