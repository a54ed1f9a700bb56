# SPDX-License-Identifier: Apache-2.0
# mod_auth_form, as it is: its login page, its handlers and its sessions, with
# this module as mod_session's only provider.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::App;
use NP::Test;
use NP::Site;

plan tests => 56, need need_module('session_np'), need_module('session'), need_module('auth_form'),
    need_module('request');

my $memcached = start_memcached();
my $form = <<'CONF';
  SessionNP On
  Session On
  AuthType form
  AuthName "Old members"
  AuthFormProvider file
  AuthUserFile @work@/run/users
CONF
my $server = site(store => 'memcache:' . $memcached->address, more => <<"CONF",
<Location /form>
$form
  Require valid-user
  ErrorDocument 401 /free/form.html
</Location>
<Location /form/bob>
  Require user bob
</Location>
<Location /inline>
$form
  Require valid-user
</Location>
<Location /login>
$form
  SetHandler form-login-handler
  AuthFormLoginRequiredLocation /free/again.html
  AuthFormLoginSuccessLocation /form/
</Location>
<Location /formlogout>
  SessionNP On
  Session On
  AuthName "Old members"
  SetHandler form-logout-handler
  AuthFormLogoutLocation /free/bye.html
</Location>
<Location /form/env>
  SetHandler cgi-script
</Location>
CONF
    files => { 'form/index.html' => '<p>form</p>', 'form/bob/index.html' => '<p>bob</p>',
               'inline/index.html' => '<p>inline</p>',
               'form/env' => "#!/bin/sh\ncat >/dev/null\nprintf 'Content-Type: text/plain\\n\\n'\nenv | sort\n",
               'free/form.html' => '<form>', 'free/again.html' => 'again', 'free/bye.html' => 'bye' });
my $url = $server->url;
my $jar = cookie_jar();
my $log = $server->log;

sub names { return join ' ', map { $_->{name} } $_[0]->cookies }
sub log_in {
    my ($user, $password, %option) = @_;
    my $path = delete $option{path} || '/login';
    return curl("$url$path", jar => $jar, %option,
        data => fields(httpd_username => $user, httpd_password => $password));
}

# Nobody
my $answer = curl("$url/form/", jar => $jar);
is $answer->status . $answer->body, '401<form>', 'nobody gets the login page';
is names($answer), '', 'and no cookie';
is_deeply { $memcached->items }, {}, 'and the store nothing';

# Login by the handler
is log_in('alice', 'wrong')->header('Location'), '/free/again.html', 'a wrong password leads back';
is app_state($url, $jar), 'none', 'and is no login';
$answer = log_in('alice', 'secret');
is $answer->status, 302, 'the right one';
is $answer->header('Location'), '/form/', 'leads on';
is names($answer), 'auth0 did', 'with our cookies and no others';
is $answer->cookie('auth0')->{attr}{expires}, undef, 'that go with the browser';
is scalar(() = $log->lines(qr/NP0101.*"alice"/)), 1, 'it is logged as a login';
my $asked = $memcached->counts_during(sub { $answer = curl("$url/form/", jar => $jar) });
is $answer->status, 200, 'the session opens the place';
is_deeply $asked, { get => 1 }, 'with one read and no write';
is names($answer), '', 'and no cookie';
my $env = curl("$url/form/env", jar => $jar)->body;
like $env, qr/^REMOTE_USER=alice$/m, 'the application is told';
like $env, qr/^AUTH_TYPE=SessionNP$/m, 'by whom';
is curl("$url/app/", jar => $jar)->status, 200, 'other places are open, too';
is curl("$url/form/bob/", jar => $jar)->status, 403, 'those of others are not';
is scalar(grep { /secret|alice/i } %{ { $memcached->items } }), 0, 'the store shows nothing of it';

# Another user, the same browser
my $alice = { jar_cookies($jar) }->{auth0}{value};
log_in('bob', 'secret');
is curl("$url/form/bob/", jar => $jar)->status, 200, 'another login is another user';
is status_of($alice), 'ended', 'and ends the first session';
log_in('alice', 'wrong');
is curl("$url/form/bob/", jar => $jar)->status, 200, 'a wrong password changes nothing';
sub status_of { return (curl("$url/status", cookie => "auth0=$_[0]")->body =~ /"state":"(\w+)"/)[0] }

# Logout by the handler
my $bob = { jar_cookies($jar) }->{auth0}{value};
$answer = curl("$url/formlogout", jar => $jar);
is $answer->header('Location'), '/free/bye.html', 'its logout leads on';
is $answer->cookie('auth0')->{attr}{'max-age'}, 0, 'and removes our cookie';
is status_of($bob), 'ended', 'and ends our session';
is scalar(() = $log->lines(qr/NP0102.*"bob"/)), 1, 'it is logged as a logout';
is curl("$url/form/", jar => $jar)->status, 401, 'nobody again';
log_in('alice', 'secret');
curl("$url/logout", jar => $jar, method => 'POST');
is curl("$url/form/", jar => $jar)->status, 401, 'our own logout does it, too';

# Login inline: the form is sent to the closed page itself
$jar = cookie_jar();
$answer = log_in('alice', 'wrong', path => '/inline/');
is $answer->status, 401, 'inline: a wrong password';
is names($answer), '', 'is no login';
$answer = log_in('alice', 'secret', path => '/inline/');
is $answer->status, 200, 'the right one opens the page at once';
is names($answer), 'auth0 did', 'and is a login';
is scalar(() = $log->rewind->lines(qr/NP0101.*"alice"/)), 3, 'one';
is curl("$url/inline/", jar => $jar)->status, 200, 'that carries on';
is curl("$url/inline/", jar => $jar, closed => 1)->status, 401, 'until the browser closes';

# An inline body goes through to the application
$jar = cookie_jar();
$answer = curl("$url/form/env", jar => $jar, data => fields(httpd_username => 'alice',
    httpd_password => 'secret', httpd_method => 'POST',
    httpd_mimetype => 'text/plain', httpd_body => 'hello'));
is $answer->status, 200, 'a request with its body in the form';
like $answer->body, qr/^REQUEST_METHOD=POST$/m, 'is made anew';
like $answer->body, qr/^REMOTE_USER=alice$/m, 'for its user';
is names($answer), 'auth0 did', 'and is a login';

# The password is nowhere
is scalar(() = $log->rewind->lines(qr/secret/)), 0, 'no password in the log';
is scalar(() = $log->lines(qr/NP012[34]|AH018(?:1[56]|2[12])/)), 0, 'mod_session had nothing to complain of';

# No store
$jar = cookie_jar();
$server->patience('250ms');
$memcached->pause;
$answer = log_in('alice', 'secret');
is $answer->status . names($answer), '503', 'a login that cannot be recorded: 503';
cmp_ok $answer->header('Retry-After'), '>', 0, 'with Retry-After';
$answer = log_in('alice', 'secret', path => '/inline/');
is $answer->status . names($answer), '503', 'inline, too';
$memcached->resume;
$server->patience;
ok wait_until(10, sub { log_in('alice', 'secret')->status == 302 }), 'and works again';

# Guesses
$memcached->flush;
my $guarded = site(store => 'memcache:' . $memcached->address, tenant => 'SessionNPLoginAttempts 3',
    more => <<"CONF", files => { 'inline/index.html' => '<p>inline</p>' });
<Location /inline>
$form
  Require valid-user
</Location>
<Location /login>
$form
  SetHandler form-login-handler
  AuthFormLoginSuccessLocation /inline/
</Location>
CONF
$url = $guarded->url;
for my $path ('/inline/', '/login') {
    $memcached->flush;
    is log_in('alice', 'wrong', path => $path, jar => cookie_jar())->status, 401, "$path: a guess" for 1 .. 3;
    $answer = log_in('alice', 'wrong', path => $path, jar => cookie_jar());
    is $answer->status, 429, 'one too many';
    $answer = log_in('alice', 'secret', path => $path, jar => cookie_jar());
    is $answer->status . names($answer), '429', 'the right password comes too late';
    is $answer->header('Location'), undef, 'and leads nowhere';
}
