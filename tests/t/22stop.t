# SPDX-License-Identifier: Apache-2.0
# The default store, a ring of this machine: it outlives a graceful restart, and
# httpd ends in peace.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;
use NP::Site;

plan tests => 5, need need_module('session_np', 'socache_shmcb');

my $server = site();
my $url = $server->url;
my $jar = cookie_jar();
is curl("$url/basic/", user => 'alice:secret', jar => $jar)->status, 200, 'login';
$server->graceful for 1 .. 2;
is app_state($url, $jar), 'live', 'two graceful restarts later the session lives';
is $server->stop, 0, 'httpd stops without a crash';
$server->start;
is app_state($url, $jar), 'none', 'and has forgotten the session';
is $server->stop, 0, 'it stops again';
