# SPDX-License-Identifier: Apache-2.0
# SessionNPBrowserRun with a near cache, on two machines behind a balancer: what
# one of them has not heard of yet binds nobody, and logs nobody out.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Key;
use NP::Site;
use NP::Test;
use Time::HiRes qw(sleep time);

plan tests => 19, need need_module('session_np', 'socache_shmcb');

my $key = work_dir() . "/run/run-near.$$.key";
spew($key, ('5b' x 32) . "\n");
chmod 0600, $key or die "$key: $!\n";
my $memcached = start_memcached();
my $say = "#!/bin/sh\nprintf 'Content-Type: text/plain\\nSession-NP-Login: alice\\n\\nsaid\\n'\n";
my %option = (store => 'memcache:' . $memcached->address,
    files => { 'n/say' => $say, 'n/index.html' => 'n' }, more => <<'CONF');
<SessionNPTenant n>
  SessionNPCookieName session np_n
  SessionNPCookiePath /n/
</SessionNPTenant>
<Location /n/>
  SessionNP On
  SessionNPTenant n
  SessionNPTrustBackend On
  AuthType SessionNP
  AuthName n
  Require valid-user
  SessionNPBrowserRun require
  SessionNPBrowserRunTimer claim 5s
  SessionNPBrowserRunTimer skew 1s
  SessionNPBrowserRunTimer beat 1s
  SessionNPBrowserRunTimer lease 5s
  SessionNPBrowserRunTimer grace 2s
</Location>
<Location /n/say>
  SetHandler cgi-script
  Require all granted
</Location>
CONF
my $keys = "SessionNPKeyFile $key";
my $here = site(%option, server => "$keys\nSessionNPNearCache 60s");
my $there = site(%option, server => $keys);

# A browser that has logged in, of whose session the near cache knows, but not of
# its key: (on this machine, on the other)
sub browser {
    my $run = NP::Key->new(url => $here->url, path => '/n/', jar => cookie_jar());
    $run->get('/n/say');
    is $run->get('/n/')->status, 200, 'logged in';
    return ($run, $run->with(url => $there->url));
}
sub is_refused {
    my ($run) = @_;
    return wait_until(10, sub { $run->get('/n/', key => 0)->status == 401 });
}
# One machine hears what the other is told
sub share { my ($to, $from) = @_; @$to{qw(key nonce)} = @$from{qw(key nonce)}; return }

# The key is given out there, and bound here
my ($run, $other) = browser();
like $other->hello('p')->body, qr/"k"/, 'the other machine gives the key out';
share($run, $other);
is $run->seed->status, 200, 'this one binds it';
is $run->get('/n/')->status, 200, 'and knows that at once';
is_refused($run);
is $other->get('/n/', key => 0)->status, 401, 'as the other one does';

# Given out and bound there
($run, $other) = browser();
$other->hello('p');
is $other->seed->status, 200, 'the other machine binds a key';
is is_refused($other), 1, 'for which it asks then';
is $run->get('/n/', key => 0)->status, 401, 'this machine asks for it, too';
is $run->visit('/n/', key => 0)->status, 401, 'also for a document';
is scalar($here->log->lines(qr/NP0131/)), 1, 'which ends the session';

# What was not claimed here, and whose pages have spoken there
($run, $other) = browser();
my $login = time;
$other->hello('p');
$other->seed;
share($run, $other);
is $run->get('/n/')->status, 200, 'with the key';
my $asked = $memcached->counts_during(sub { $run->get('/n/') });
is $asked->{get} || 0, 0, 'the near cache is enough';
while (time < $login + 8) {
    $other->say('beat', 'p');
    sleep 0.5;
}
is $run->get('/n/')->status, 200, 'pages that spoke to the other machine are there';
is $run->say('beat', 'p')->status, 204, 'for what pages say, too';
is scalar($here->log->lines(qr/NP013[23]/)), 0, 'nobody was logged out';
is $run->get('/n/', key => 0)->status, 401, 'and the key is asked for still';

# No store: who has the key goes on for a while, who has not cannot be judged
$memcached->pause;
is $run->get('/n/', key => 0)->status, 503, 'without the store nobody is let in without the key';
$memcached->resume;
