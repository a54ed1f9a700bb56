# SPDX-License-Identifier: Apache-2.0
# SessionNPBrowserRun: pages come and go, and what becomes of their session.
# What the key is about is in 58run.t.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Key;
use NP::Test;
use NP::Site;
use POSIX ();

plan tests => 45, need need_module('session_np');

my $say = "#!/bin/sh\nprintf 'Content-Type: text/plain\\nSession-NP-Login: alice\\n\\nsaid\\n'\n";
my $slow = "#!/bin/sh\nsleep 3\nprintf 'Content-Type: text/html\\n\\nslow\\n'\n";

# It comes for as long as there is no file of that name
my $comes = "#!/bin/sh\nprintf 'Content-Type: application/pdf\\n\\n%%PDF'\n"
    . 'for i in $(seq 300); do test -e "$0.go" && break; sleep 0.1; done' . "\necho end\n";

sub places {
    my ($name, $mode, $lease, $more) = @_;
    return <<"CONF";
<SessionNPTenant $name>
  SessionNPCookieName session np_$name
  SessionNPCookiePath /$name/
  SessionNPInactivityTimeout 3m
</SessionNPTenant>
<Location /$name/>
  SessionNP On
  SessionNPTenant $name
  SessionNPTrustBackend On
  SessionNPBrowserRun $mode
  SessionNPBrowserRunTimer claim 10s
  SessionNPBrowserRunTimer skew 1s
  SessionNPBrowserRunTimer beat 1s
  SessionNPBrowserRunTimer lease $lease
  SessionNPBrowserRunTimer grace 2s
  SessionNPBrowserRunTimer document 3m
  $more
</Location>
CONF
}
my $memcached = start_memcached();
my $server = site(store => 'memcache:' . $memcached->address,
    more => places('r', 'require', '2m', '') . places('s', 'require', '5s', '')
        . places('p', 'prefer', '2m', '')
        . places('l', 'require', '2m', 'SessionNPBrowserRunKey login') . <<'CONF',
<LocationMatch "^/./(say|slow|comes)">
  SetHandler cgi-script
</LocationMatch>
<Location /l/say>
  Header always set Location /l/
</Location>
CONF
    files => { (map { ("$_/say" => $say, "$_/slow" => $slow, "$_/comes" => $comes, "$_/x.pdf" => '%PDF', "$_/zip.txt" => 'zip') }
        qw(r s p l)) });
my $url = $server->url;
my $log = $server->log;

sub browser {
    my ($name) = @_;
    my $run = NP::Key->new(url => $url, path => "/$name/", jar => cookie_jar());
    $run->get("/$name/say");
    return $run;
}

# One whose run has its key, and that has these pages open
sub open_pages {
    my ($name, @pages) = @_;
    my $run = browser($name);
    $run->hello($_) for @pages;
    $run->seed;
    return $run;
}
sub state_of {
    my ($run) = @_;
    my ($state) = $run->get("$run->{path}.np/s")->body =~ /"state":"(\w+)"/;
    return $state;
}
sub ends {
    my ($run) = @_;
    return wait_until(20, sub { state_of($run) eq 'ended' });
}
sub words {
    my ($run, @words) = @_;
    for (@words) {
        my ($event, $page) = split / /;
        $event eq 'visit' ? $run->visit("$run->{path}$page") : $run->say($event, $page);
    }
    return $run;
}

# All of these are older than the one that ends at last, so that when that has
# ended they would have, too.
my $unclaimed = browser('r');
my $preferred = browser('p');
my $pending = browser('r');
$pending->hello('p1');
my $by_login = browser('l');
my %stays = (
    'another page is open' => words(open_pages('r', 'p1', 'p2'), 'bye p1'),
    'it came back from where browsers keep pages' => words(open_pages('r', 'p1'), 'bye p1', 'hello p1'),
    'a document without a script is on show' => words(open_pages('r', 'p1'), 'visit x.pdf', 'bye p1'),
    'another came first' => words(open_pages('r', 'p1'), 'hello p2', 'bye p1'),
);
my %goes = (
    'the last page says good-bye' => words(open_pages('r', 'p1'), 'bye p1'),
    'the last of two does' => words(open_pages('r', 'p1', 'p2'), 'bye p2', 'bye p1'),
    'a beat comes late' => words(open_pages('r', 'p1'), 'bye p1', 'beat p1'),
    'only who has said hello can hide' => words(open_pages('r', 'p1'), 'hide p2', 'bye p1'),
    'nor be frozen' => words(open_pages('r', 'p1'), 'freeze p2', 'bye p1'),
    'a beat had made it known' => words(open_pages('r', 'p1'), 'beat p2', 'bye p1', 'bye p2'),
);
my $last = words(open_pages('r', 'p1'), 'bye p1');
is state_of($last), 'live', 'for some time it goes on without a page';
ok ends($last), 'and then no more';
is state_of($stays{$_}), 'live', "it stays: $_" for sort keys %stays;
ok ends($goes{$_}), "it ends: $_" for sort keys %goes;
is scalar($log->lines(qr/NP0132.*user "alice", tenant "r"/)), 1 + keys %goes, 'the log has them';
my $answer = $last->get('/r/x.pdf', header => ['Accept: text/html']);
is $answer->status, 200, 'the place is open to all';
is $answer->cookie('np_r'), undef, 'and the cookie went before';

# The same by leases
my $hidden = words(open_pages('s', 'p1'), 'hide p1', 'beat p1');
my $frozen = words(open_pages('s', 'p1'), 'freeze p1');
my $shown = words(open_pages('s', 'p1'), 'hide p1', 'beat p1', 'show p1');
my $only_hidden = words(open_pages('s', 'p1'), 'hide p1');
my $loaded = words(open_pages('s', 'p1'), 'visit zip.txt');
my $beating = open_pages('s', 'p1');
my ($expires) = $beating->get('/s/.np/s')->body =~ /("idle_expires_at":"[^"]+")/;
my $silent = open_pages('s', 'p1');
ok wait_until(20, sub { $beating->say('beat', 'p1'); state_of($silent) eq 'ended' }),
    'a page that says nothing is gone';
is state_of($beating), 'live', 'one that does is not';
ok index($beating->get('/s/.np/s')->body, $expires) > 0, 'but that is no interaction';
ok ends($shown), 'nor is one that came into sight';
ok ends($only_hidden), 'or was hidden at the end';
is state_of($hidden), 'live', 'one that speaks while hidden is';
is state_of($frozen), 'live', 'and one that is frozen';
is state_of($loaded), 'live', 'and whatever else is shown';
ok ends($beating), 'when it stops it goes, too';
is $beating->say('hello', 'p1')->status, 410, 'and cannot come back';
is $beating->say($_, 'p1')->status, 410, "nor by $_" for qw(beat bye);

# No run takes the key
ok ends($pending), 'a key was required, and not brought back';
$answer = $unclaimed->visit('/r/x.pdf');
ok $answer->cookie('np_r'), 'or not even taken';
is scalar($log->lines(qr/NP0133.*tenant "r"/)), 2, 'the log has it';
is state_of($preferred), 'live', 'where it is only preferred the session goes on';
like $preferred->hello('p1')->body, qr/"k"/, 'and can have one later';
is $preferred->say('noseed', 'p1', key => 0)->status, 204, 'or not';
is state_of($preferred), 'live', 'it goes on';
ok ends(words($preferred, 'bye p1')), 'until its last page';
my $stubborn = browser('r');
$stubborn->hello('p1');
$answer = $stubborn->say('noseed', 'p1', key => 0);
is $answer->status, 410, 'not where it is required';
is $answer->cookie('np_r')->{attr}{'max-age'}, 0, 'that ends it';
is state_of($by_login), 'ended', 'nobody came by the redirect';

# Without any script pages do not count
my $run = NP::Key->new(url => $url, path => '/l/', jar => cookie_jar());
$run->take($1) if $run->get('/l/say')->head =~ /np:([\w-]{43})@/;
is $run->key, undef, '200 is no redirect';
$run->hello('p1');
is $run->seed->status, 200, 'then the script does it';

# With a jar of its own: curl writes it
sub meanwhile {
    my ($visitor, $path, $wanted) = @_;
    my @jar = (jar => cookie_jar(), cookie => 'np_r=' . {jar_cookies($visitor->{jar})}->{np_r}{value});
    my $child = fork;
    if (!$child) {
        my $body = eval { $visitor->visit($path, @jar)->body } || '';
        POSIX::_exit($body eq $wanted ? 0 : 1);
    }
    return $child;
}

# A page that takes longer than the grace
$run = open_pages('r', 'p1');
my $child = meanwhile($run, '/r/slow', "slow\n");
$run->say('bye', 'p1');
waitpid $child, 0;
is $?, 0, 'a page comes late';
is $run->hello('p2')->status, 200, 'and is in time';

# A document that is on show while it still comes
$run = open_pages('r', 'p1');
$child = meanwhile($run, '/r/comes', "%PDFend\n");
$run->say('bye', 'p1');
ok ends(words(open_pages('r', 'p1'), 'bye p1')), 'the grace is over';
is state_of($run), 'live', 'while a document still comes';
$server->file('r/comes.go', '');
waitpid $child, 0;
is $?, 0, 'it comes to its end';
