# SPDX-License-Identifier: Apache-2.0
# The examples, as they are given to administrators, with the applications they
# are for: by their login into the application, on without a password, out at
# their limits and by logout, and nowhere else.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::App;
use NP::Example;
use NP::Test;
use List::Util qw(max);
use Time::HiRes qw(sleep time);

my $basic = sub { return (user => "$_[0]:secret") };
my $digest = sub { return (user => "$_[0]:secret", digest => 1) };
my $form = sub { return (data => fields(httpd_username => $_[0], httpd_password => 'secret')) };
# As a browser that navigates: without this it is a program that asks.
my @browser = (header => ['Accept: text/html']);

# page    a page of the application
# shows   what it says there to alice
# cookie  the name of its tenant's session cookie
# login   the page where one logs in, if that is another one
# by      how
# nobody  what a browser without a session is answered
my %apps = (
    fossil => { page => '/fossil/timeline', cookie => 'fossil', by => $basic, nobody => 401,
        shows => qr/window\.fossil\.user = \{name: "alice"/ },
    gitweb => { page => '/gitweb', cookie => 'gitweb', by => $digest, nobody => 401,
        shows => qr/Repositories of alice/ },
    phpliteadmin => { page => '/phpliteadmin/phpliteadmin.php', cookie => 'pla', by => $form,
        nobody => 401, shows => qr/name='password'.*Powered by.*phpLiteAdmin/s },
    tomcat => { page => '/examples/servlets/servlet/RequestHeaderExample', cookie => 'tomcat',
        login => '/login/tomcat', by => $basic, nobody => 302,
        shows => qr{session-np-user\s*</td><td[^>]*>\s*alice\s*<}i },
);
my @names = sort keys %apps;
my @missing = example_missing();
plan tests => 156, need need_module('session_np'), need_module('proxy_http'),
    need_module('proxy_fcgi'), need_module('auth_form'), need_module('auth_digest'),
    @missing ? skip_reason("not installed: @missing") : ();

my $memcached = start_memcached();
my $conf = 'SessionNPStore memcache:' . $memcached->address . "\nSessionNPStateDir \@root\@/state/np\n"
    . "<IfModule mod_php.c>\n  php_admin_value session.save_path \@root\@/run\n</IfModule>\n"
    . join '', map { example_conf($_) . <<"CONF" } @names;
<Location /status/$_>
  SessionNP On
  SessionNPTenant $_
  SetHandler session-np-status
</Location>
CONF
my $server = httpd(php => 1, conf => $conf);
my $url = $server->url;

sub page { my ($name, @how) = @_; return curl("$url$apps{$name}{page}", @browser, @how) }
sub log_in {
    my ($name, $jar, $user) = @_;
    my $app = $apps{$name};
    return curl($url . ($app->{login} || $app->{page}), jar => $jar, $app->{by}->($user || 'alice'));
}
sub log_out {
    my ($name, $jar) = @_;
    return curl("$url/logout/$name?return=/bye", jar => $jar, method => 'POST');
}
sub state_of { my ($name, @how) = @_; return (curl("$url/status/$name", @how)->body =~ /"state":"(\w+)"/)[0] }
sub names { return join ' ', sort map { $_->{name} } $_[0]->cookies }
sub jar_names { return join ' ', sort keys %{ { jar_cookies($_[0]) } } }

# By itself each is accepted as it is, with no more than it asks for.
for my $name (@names) {
    my $bare = httpd(start => 0, conf => 'Include ' . example_path($name),
        modules => ['session_np', 'socache_shmcb', example_needs($name)]);
    my ($rc, $said) = $bare->configtest;
    is $rc, 0, "$name: nothing is missing" or diag $said;
}

for my $name (@names) {
    my $app = $apps{$name};
    my ($jar, $closed) = (cookie_jar(), cookie_jar());
    my $answer = page($name, jar => $jar);
    is $answer->status, $app->{nobody}, "$name: closed to nobody";
    unlike $answer->body, $app->{shows}, 'who sees nothing of it';
    is names($answer), '', 'and gets no cookie';

    $answer = log_in($name, $jar);
    is $answer->status, 200, 'login';
    my $ours = "$app->{cookie} $app->{cookie}-did";
    like names($answer), qr/(?:^| )$ours$/, 'gives our cookies';
    my $cookie = $answer->cookie($app->{cookie});
    is_deeply [grep { exists $cookie->{attr}{$_} } qw(expires max-age)], [], 'that go with the browser';
    for (1 .. 2) {
        $answer = page($name, jar => $jar);
        is $answer->status, 200, 'carries on without a password';
        like $answer->body, $app->{shows}, 'into the application, which knows whose it is';
    }
    is jar_names($jar), $ours, 'the browser has no other cookies';
    log_in($name, $closed);
    is page($name, jar => $closed, closed => 1)->status, $app->{nobody}, 'until the browser closes';

    for my $other (grep { $_ ne $name } @names) {
        is page($other, jar => $jar)->status, $apps{$other}{nobody}, "he is nobody in $other";
        my @moved = (cookie => "$apps{$other}{cookie}=$cookie->{value}");
        is page($other, @moved)->status, $apps{$other}{nobody}, 'under the name of its cookie neither';
        is state_of($other, @moved), 'none', 'as if there were no session';
    }

    my @copy = (cookie => "$app->{cookie}=$cookie->{value}");
    is page($name, @copy)->status, 200, "$name: a copy of the cookie is good";
    $answer = log_out($name, $jar);
    is $answer->status . ($answer->header('Location') || ''), '303/bye', 'until the logout';
    is page($name, @copy)->status, $app->{nobody}, 'which closes the application';
    is state_of($name, @copy), 'ended', 'for every copy';
    is page($name, jar => $jar)->status, $app->{nobody}, 'and for this browser';
}

# A password that the browser repeats by itself is asked for once more.
for my $name (qw(fossil gitweb)) {
    my $jar = cookie_jar();
    log_in($name, $jar);
    log_out($name, $jar);
    is log_in($name, $jar)->status, 401, "$name: a repeated password is refused";
    is log_in($name, $jar)->status, 200, 'once';
}

# Fossil: each user is himself, whatever a client claims.
my $jar = cookie_jar();
log_in('fossil', $jar, 'bob');
my $answer = page('fossil', jar => $jar, header => ['Remote-User: alice', 'Session-NP-User: alice']);
like $answer->body, qr/window\.fossil\.user = \{name: "bob"/, 'Fossil knows bob';
is curl("$url/fossil/setup", jar => $jar)->status, 302, 'who is no administrator of it';

# gitweb: by REMOTE_USER each sees his own.
my %repository = (alice => 'tea.git', bob => 'coffee.git');
for my $user (qw(alice bob)) {
    my ($theirs) = grep { $_ ne $repository{$user} } values %repository;
    $jar = cookie_jar();
    log_in('gitweb', $jar, $user);
    $answer = page('gitweb', jar => $jar);
    like $answer->body, qr/\Q$repository{$user}\E/, "gitweb lists what is ${user}'s";
    unlike $answer->body, qr/\Q$theirs\E/, 'and nothing else';
    is curl("$url/gitweb?p=$repository{$user};a=summary", jar => $jar)->status, 200, 'that is open';
    is curl("$url/gitweb?p=$theirs;a=summary", jar => $jar)->status, 404, 'the other is not there';
}
is curl("$url/gitweb/static/gitweb.css", jar => $jar)->status, 200, 'its style sheet is a file';
is curl("$url/gitweb/static/gitweb.css")->status, 401, 'behind the same login';

# phpLiteAdmin: what it keeps in the browser, and for a month, ends with ours.
sub pla_log_in {
    my ($jar) = @_;
    my ($token) = page('phpliteadmin', jar => $jar)->body =~ /name="token" value="(\w+)"/;
    return curl("$url$apps{phpliteadmin}{page}", jar => $jar, data => fields(token => $token,
        password => 'own', remember => 'yes', login => 'true'));
}
my $opened = qr/Create New Database/;
$jar = cookie_jar();
log_in('phpliteadmin', $jar);
$answer = pla_log_in($jar);
is names($answer), '', 'phpLiteAdmin: its own login sends no cookie';
like page('phpliteadmin', jar => $jar)->body, $opened, 'and carries on';
is jar_names($jar), 'pla pla-did', 'by none in the browser';
my $other_jar = cookie_jar();
log_in('phpliteadmin', $other_jar, 'bob');
unlike page('phpliteadmin', jar => $other_jar)->body, $opened, 'bob has not logged in to it';
log_out('phpliteadmin', $jar);
log_in('phpliteadmin', $jar);
$answer = page('phpliteadmin', jar => $jar);
like $answer->body, $apps{phpliteadmin}{shows}, 'after our logout and login it asks again';
unlike $answer->body, $opened, 'and shows nothing';

# Tomcat: the same for JSESSIONID; and nobody speaks to it in our name.
my $protected = "$url/examples/jsp/security/protected";
my $example = '/examples/servlets/servlet/SessionExample';
sub tomcat_session { return (curl("$url$example", jar => $_[0])->body =~ /Session ID: (\w+)/)[0] }
$jar = cookie_jar();
is curl("$url$example", @browser)->header('Location'), '/login/tomcat?return=' . $example =~ s{/}{%2F}gr,
    'Tomcat: a browser is led to the login';
is curl("$url$apps{tomcat}{page}", jar => $jar)->status, 401, 'a program is told';
log_in('tomcat', $jar);
unlike curl("$url$example", jar => $jar)->body, qr/;jsessionid=/i, 'no link shows its session';
like my $first = tomcat_session($jar), qr/^\w{20,}$/, 'that it has';
is tomcat_session($jar), $first, 'and that goes on';
curl("$protected/index.jsp", jar => $jar);
$answer = curl("$protected/j_security_check", jar => $jar, follow => 1,
    data => fields(j_username => 'tomcat', j_password => 'own'));
like $answer->body, qr{remote user\s*<b>tomcat</b>}, 'its own login works';
is jar_names($jar), 'tomcat tomcat-did', 'and leaves nothing in the browser';
my %cookies = jar_cookies($jar);
$answer = curl("$url$apps{tomcat}{page}", cookie => "tomcat=$cookies{tomcat}{value}; JSESSIONID=eve",
    header => ['Session-NP-User: eve']);
like $answer->body, $apps{tomcat}{shows}, 'Tomcat is told of alice';
unlike $answer->body, qr/\beve\b/, 'and of nobody whom a client made up, by a header or JSESSIONID';
log_out('tomcat', $jar);
# the repeated password is refused, then asked for
log_in('tomcat', $jar) for 1 .. 2;
$answer = curl("$protected/index.jsp", jar => $jar);
like $answer->body, qr/j_security_check/, 'after our logout and login it asks again';

# The inactivity timeout: the administrator's own lines come later, and win.
$server->stop;
$server->configure($conf . join '', map { <<"CONF" } @names);
<SessionNPTenant $_>
  SessionNPInactivityTimeout 3s
</SessionNPTenant>
CONF
$server->start;
my (%jars, %status);

# Each in use for longer than that; the longest time that one was not
sub use_all {
    my ($longest, %last, %began) = (0);
    for my $name (@names) {
        $jars{$name} = cookie_jar();
        $last{$name} = time;
        log_in($name, $jars{$name});
        $began{$name} = time;
    }
    while (grep { $last{$_} < $began{$_} + 3.2 } @names) {
        sleep 0.3;
        for my $name (@names) {
            my $now = time;
            $status{$name} = page($name, jar => $jars{$name})->status;
            $longest = max($longest, time - $last{$name});
            $last{$name} = $now;
        }
    }
    return $longest;
}
# once more where the machine was too slow for that
for (1 .. 10) {
    last if use_all() < 2.6;
}
is $status{$_}, 200, "$_: in use it goes on for longer than its timeout" for @names;
sleep 3.1;
for my $name (@names) {
    is state_of($name, jar => $jars{$name}), 'idle', "$name: left alone it ends";
    $answer = page($name, jar => $jars{$name});
    is $answer->status, $apps{$name}{nobody}, 'and is closed';
    unlike $answer->body, $apps{$name}{shows}, 'and shows nothing';
}
