# SPDX-License-Identifier: Apache-2.0
# The module loads, the server answers, and the helpers of the suites work.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;

plan tests => 13, need need_module('session_np'), need_module('ssl');

my $log = error_log();
is curl('/index.html')->status, 200, 'the main server answers';
is curl(main_url('mod_ssl') . '/index.html')->status, 200, 'so over https';
is scalar($log->lines(qr/:(?:warn|error|crit|alert|emerg)\]/)), 0,
    'and warns of nothing';

my $memcached = start_memcached();
my $operations = $memcached->operations;
$memcached->value('nothing');
is $memcached->operations, $operations + 1, 'memcached counts a question';
my $port = $memcached->port;
$memcached->stop('KILL');
is eval { $memcached->stats; 1 }, undef, 'it can be killed';
is $memcached->restart->port, $port, 'and is back on its port';

my $server = httpd(modules => [qw(session_np mime dir)]);
my $answer = curl($server->url . '/');
is $answer->status, 200, 'a server of its own answers';
is $answer->body, "<p>it works</p>\n", 'with its page';
is curl($server->graceful->url . '/')->status, 200, 'after a graceful restart';

my ($exit, $said) = $server->configtest;
is $exit, 0, 'its configuration is in order';
($exit, $said) = $server->configure('SessionNPNonsense On')->configtest;
isnt $exit, 0, 'a directive that does not exist is an error';
like $said, qr/SessionNPNonsense/, 'that names it';
$server->stop;
is curl($server->url . '/')->exit, 7, 'it can be stopped';
