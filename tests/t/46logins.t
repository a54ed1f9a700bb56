# SPDX-License-Identifier: Apache-2.0
# Logins by other people's modules: a client's certificate (mod_ssl), an OpenID
# provider (mod_auth_openidc), a Kerberos ticket (mod_auth_gssapi). Each becomes
# our session, and its module is not asked again.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Certificates;
use NP::Kerberos;
use NP::Modules qw(has_module);
use NP::OpenID qw(have_provider);
use NP::Test;
use NP::Site;

use constant { CERTIFICATES => 57, OPENID => 34, KERBEROS => 25 };
plan tests => CERTIFICATES + OPENID + KERBEROS, need need_module('session_np'), need_module('ssl');

my $has_openid = has_module('auth_openidc', 'libapache2-mod-auth-openidc') && have_provider();
my $has_kerberos = has_module('auth_gssapi', 'libapache2-mod-auth-gssapi') && have_kerberos();
my $memcached = start_memcached();
my $env = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nenv | sort\n";

sub start {
    my ($places, %option) = @_;
    my @pages = @{ delete $option{pages} };
    return site(store => 'memcache:' . $memcached->address, more => $places, %option,
        files => { map { ("$_/index.html" => "<p>$_</p>\n", "$_/env" => $env) } @pages });
}

sub names { return join ' ', map { $_->{name} } $_[0]->cookies }
sub logged { return scalar(() = $_[0]->lines($_[1])) }
sub value { return ($_[0]->body =~ /^$_[1]=(.*)$/m)[0] }

# --- certificates -------------------------------------------------------------

use constant BOTH => 'auth0 auth0_compat did did_compat';

sub certificate_places {
    my $authority = authority();
    my $vhost = <<"CONF";
  ServerName localhost
  SSLEngine on
  SSLCertificateFile \@cert\@
  SSLCertificateKeyFile \@key\@
  SSLCACertificateFile $authority
CONF
    my $members = "SessionNP On\n AuthName members\n";
    my $named = "$members AuthType SessionNP\n SSLUserName SSL_CLIENT_S_DN_CN\n";
    return <<"CONF";
LogLevel ssl:debug
Listen 127.0.0.1:\@port3\@
<VirtualHost 127.0.0.1:\@port3\@>
  $vhost
  SSLVerifyClient optional
  <Location /named>
    $named
    Require valid-user
    SessionNPLoginURL /basic/login.html
  </Location>
  <Location /named/alice>
    Require user alice
  </Location>
  <Location /noted>
    $named
    Require all granted
  </Location>
  <Location /session>
    $named
  </Location>
  <Location /basic/shut>
    ErrorDocument 401 /named/env
  </Location>
  <Location /odd>
    $named
    SSLUserName SSL_CLIENT_CERT
    Require valid-user
  </Location>
</VirtualHost>
Listen 127.0.0.1:\@port4\@
<VirtualHost 127.0.0.1:\@port4\@>
  $vhost
  SSLVerifyClient optional_no_ca
  <Location /named>
    $named
    Require valid-user
  </Location>
</VirtualHost>
Listen 127.0.0.1:\@port5\@
<VirtualHost 127.0.0.1:\@port5\@>
  $vhost
  <Location /required>
    SSLVerifyClient require
  </Location>
</VirtualHost>
<LocationMatch "^/(?:fake|required)/">
  $members
  SSLOptions +FakeBasicAuth
  AuthType Basic
  AuthUserFile \@work\@/run/certificates/users
  Require valid-user
</LocationMatch>
<LocationMatch "/env\$">
  SessionNP On
  SetHandler cgi-script
</LocationMatch>
CONF
}

sub certificates {
    my $server = start(certificate_places(),
        pages => [qw(fake required named named/alice noted session odd)]);
    spew(work_dir() . '/run/certificates/users', "/CN=alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n");
    my ($url, $lax, $strict) = map { 'https:' . substr $server->url($_), 5 } 3, 4, 5;
    my %who = (alice => certificate('alice'), bob => certificate('bob'), stranger => stranger('alice'));
    fake_passwords($server, "$url/fake/", %who);
    fake_passwords($server, "$strict/required/", %who);
    isnt curl("$strict/required/")->exit, 0, 'required: nobody comes in without';
    isnt curl("$strict/required/", args => $who{stranger})->exit, 0, 'nor with one of his own';
    is curl("$url/fake/")->status, 401, 'optional: nobody is asked for a password';
    my $answer = curl("$url/fake/", user => '/CN=alice:password');
    is $answer->status . names($answer), '403', 'and cannot make it up himself';
    user_names($server, $url, %who);
    no_logins($server, $url, $lax, %who);
    return;
}

# SSLOptions +FakeBasicAuth: mod_ssl makes a password, mod_auth_basic checks it
sub fake_passwords {
    my ($server, $url, %who) = @_;
    my ($site, $place) = $url =~ m{^(.*)(/\w+)/$};
    my ($log, $jar) = ($server->log->mark, cookie_jar());
    my $answer = curl($url, jar => $jar, args => $who{alice});
    is $answer->status . names($answer), '200' . BOTH, "$place: a certificate is a login";
    is logged($log, qr{NP0101.*"/CN=alice"}), 1, 'under its whole name';
    is logged($log, qr/AH02036/), 1, 'by a password that mod_ssl made up';
    $log->mark;
    my $asked = $memcached->counts_during(sub {
        $answer = curl($url, jar => $jar, args => $who{alice});
    });
    is $answer->status . names($answer), '200', 'the session carries on';
    is_deeply $asked, { get => 1 }, 'with one read';
    is logged($log, qr/AH02036/), 0, 'and without that password';
    is curl("$site/app/", jar => $jar)->status, 200, 'without the certificate elsewhere';
    is value(curl("$site/env", jar => $jar), 'REMOTE_USER'), '/CN=alice', 'for the same user';
    $answer = curl($url, args => $who{bob});
    is $answer->status . names($answer), '401', 'a certificate that is not in the file';

    curl("$site/logout", jar => $jar, method => 'POST');
    is curl("$site/app/", jar => $jar)->status, 401, 'a logout ends it';
    $answer = curl($url, jar => $jar, args => $who{alice});
    is $answer->status, 200, 'the certificate begins another one';
    is logged($log, qr/NP0101/), 1, 'with a login';
    return;
}

# SSLUserName: mod_ssl names the user before anybody is asked who it is
sub user_names {
    my ($server, $url, %who) = @_;
    my $log = $server->log->mark;
    my $jar = cookie_jar();
    my $answer = curl("$url/named/env", jar => $jar, args => $who{alice});
    is $answer->status . names($answer), '200' . BOTH, 'SSLUserName: a certificate is a login';
    is logged($log, qr/NP0101.*"alice"/), 1, 'under the name that was chosen';
    is value($answer, 'SESSION_NP_NEW'), 1, 'the application is told';
    my $asked = $memcached->counts_during(sub {
        $answer = curl("$url/named/env", jar => $jar, args => $who{alice});
    });
    is $answer->status . names($answer), '200', 'the session carries on';
    is_deeply $asked, { get => 1 }, 'with one read';
    is value($answer, 'AUTH_TYPE'), 'SessionNP', 'as the one who speaks';
    is curl("$url/app/", jar => $jar)->status, 200, 'without the certificate elsewhere';
    is curl("$url/named/", jar => $jar)->status, 200, 'and here';

    # The session's user stands, whatever the certificate says
    $answer = curl("$url/named/env", jar => $jar, args => $who{bob});
    is value($answer, 'REMOTE_USER'), 'alice', 'with the certificate of another';
    is names($answer), '', 'which is no login';
    is curl("$url/named/alice/", jar => $jar, args => $who{bob})->status, 200, 'for Require, too';
    $answer = curl("$url/noted/env", jar => $jar, args => $who{bob});
    is value($answer, 'REMOTE_USER'), 'alice', 'and where everybody may come in';

    curl("$url/logout", jar => $jar, method => 'POST');
    is curl("$url/named/", jar => $jar)->status, 401, 'a logout ends it';
    $answer = curl("$url/named/", jar => $jar, args => $who{bob});
    is $answer->status, 200, 'a certificate begins another one';
    is value(curl("$url/env", jar => $jar), 'REMOTE_USER'), 'bob', 'for its own user';
    $memcached->pause;
    $answer = curl("$url/named/", args => $who{alice});
    is $answer->status . names($answer), '503', 'no store: it cannot be recorded';
    $memcached->resume;
    wait_until(10, sub { curl("$url/basic/", user => 'alice:secret')->status == 200 });
    return;
}

# A certificate opens no place that httpd alone would keep shut, and where its
# name was not needed to come in it begins no session
sub no_logins {
    my ($server, $url, $lax, %who) = @_;
    my $answer = curl("$url/named/");
    is $answer->status . names($answer), '401', 'without a certificate';
    is curl("$url/named/", header => ['Sec-Fetch-Mode: navigate'])->header('Location'),
        '/basic/login.html?return=%2Fnamed%2F', 'there is the login page';
    $answer = curl("$url/named/alice/", args => $who{bob});
    is $answer->status . names($answer), '403', 'a user who may not come in';
    $answer = curl("$url/noted/env", args => $who{alice});
    is $answer->status . names($answer), '200', 'where everybody may come in, nobody logs in';
    is value($answer, 'SESSION_NP_STATE'), 'none', 'and the application is not told of one';
    is value($answer, 'REMOTE_USER'), 'alice', 'but of the name';
    $answer = curl("$url/session/", args => $who{alice});
    is $answer->status . names($answer), '401', 'a place for sessions is not opened';
    $answer = curl("$url/odd/", args => $who{alice});
    is $answer->status . names($answer), '401', 'a name that cannot be one';
    isnt curl("$url/named/", args => $who{stranger})->exit, 0, 'a certificate by nobody';
    $answer = curl("$lax/named/", args => $who{stranger});
    is $answer->status . names($answer), '200', 'optional_no_ca: httpd lets it in; no login';
    $answer = curl("$lax/named/", args => $who{alice});
    is $answer->status . names($answer), '200' . BOTH, 'a good one is';
    $answer = curl("$url/basic/shut/", user => 'alice:wrong');
    is $answer->status . names($answer), '401', 'the name of a refused login does not help';
    is value($answer, 'REMOTE_USER'), undef, 'on the page that says so';
    return;
}

# --- OpenID Connect -----------------------------------------------------------

sub openid_places {
    my ($provider, $callback) = @_;
    return <<"CONF";
LogLevel auth_openidc:debug
OIDCProviderMetadataURL $provider/.well-known/openid-configuration
OIDCClientID httpd
OIDCClientSecret "known to both"
OIDCCryptoPassphrase hush
OIDCRemoteUserClaim sub
OIDCPassClaimsAs environment
OIDCRedirectURI http://127.0.0.1:\@port\@/callback
<Location /callback>
  AuthType openid-connect
  Require valid-user
</Location>
<Location /openid>
  SessionNP On
  AuthType openid-connect
  Require valid-user
</Location>
<Location /openid/env>
  Header set X-Claim "expr=<%{http:OIDC_CLAIM_sub}%{http:oidc.claim.sub}>"
  SetHandler cgi-script
</Location>
<Location /openid/other>
  AuthType Auth-OpenIDC
  Header set X-Claim "expr=<%{http:OIDC_CLAIM_sub}>"
</Location>
<Location /openid/claim>
  Require claim sub:alice
</Location>
<Location /openid/bob>
  Require user bob
</Location>
CONF
}

sub openid {
    my $provider = NP::OpenID->new;
    my $server = start(openid_places($provider->url), also => ['auth_openidc'],
        pages => [qw(openid openid/bob openid/claim openid/other)]);
    my ($url, $log, $jar) = ($server->url, $server->log, cookie_jar());
    $provider->start("$url/callback");
    my $at_provider = quotemeta $provider->url . '/auth?';
    my $works = qr/oidc_(?:check_user|session|cache|proto|handle|authenticate|cookie)/;

    # Login
    my $answer = curl("$url/openid/env", jar => $jar);
    like $answer->header('Location'), qr/^$at_provider/, 'OpenID: nobody is sent to the provider';
    is names($answer) =~ /auth0|did/, '', 'without a cookie of ours';
    $answer = $provider->log_in($answer, $jar, 'alice');
    is $answer->status . names($answer), '200auth0 did', 'who comes back is logged in';
    is logged($log, qr/NP0101.*"alice"/), 1, 'once';
    is value($answer, 'AUTH_TYPE'), 'openid-connect', 'the application is told by whom';
    is value($answer, 'OIDC_CLAIM_sub'), 'alice', 'and what the provider said';
    ok logged($provider->log, qr{^POST /token}) && logged($log, $works), '(what is counted below is there)';

    # Carried on
    for my $path ('/openid/', '/openid/env', '/app/') {
        $_->mark for $log, $provider->log;
        my $asked = $memcached->counts_during(sub { $answer = curl("$url$path", jar => $jar) });
        is $answer->status . names($answer), '200', "the session opens $path";
        is_deeply $asked, { get => 1 }, 'with one read';
        is logged($provider->log, qr/./), 0, 'without the provider';
        is logged($log, $works), 0, 'and without work of the other module';
    }
    $answer = curl("$url/openid/env", jar => $jar);
    is value($answer, 'REMOTE_USER') . value($answer, 'AUTH_TYPE'), 'aliceSessionNP', 'for her';
    is value($answer, 'OIDC_CLAIM_sub'), undef, 'what else the provider said is not kept';
    is curl("$url/openid/bob/", jar => $jar)->status, 403, 'places of others stay shut';
    my @claims = map { "$_: eve" } qw(OIDC_CLAIM_sub oidc.claim.sub Oidc-Claim-Sub OIDC-Access-Token X-OIDC);
    $answer = curl("$url/openid/env", jar => $jar, header => \@claims);
    is join(' ', $answer->body =~ /^(\w*OIDC\w*=.*)$/mgi), 'HTTP_X_OIDC=eve', 'what a client claims does not pass';
    is $answer->header('X-Claim'), '<>', 'in any spelling';
    is curl("$url/openid/other/", jar => $jar, header => \@claims)->header('X-Claim'), '<>', 'nor by the other AuthType';
    $answer = curl("$url/env", jar => $jar, header => \@claims);
    like $answer->body, qr/^HTTP_OIDC_CLAIM_SUB=eve$/m, 'elsewhere these names mean nothing';
    is value($answer, 'REMOTE_USER'), 'alice', 'and name nobody';

    # Our logout; the other module has a session of its own
    curl("$url/logout", jar => $jar, method => 'POST');
    is curl("$url/app/", jar => $jar)->status, 401, 'our logout ends the access';
    is curl("$url/openid/", cookie => "auth0=x")->status, 302, 'nobody has to log in again';
    $_->mark for $log, $provider->log;
    $answer = curl("$url/openid/claim/", jar => $jar);
    is $answer->status . logged($provider->log, qr/./), '2000', "the other module's session logs in again";
    is logged($log, qr/NP0101.*"alice"/), 1, 'by a login';
    is curl("$url/openid/claim/", jar => $jar)->status, 403, 'after which there are no claims';

    # Both
    $answer = curl("$url/logout?return=%2Fcallback%3Flogout%3D%252F", jar => $jar, method => 'POST');
    is $answer->header('Location'), '/callback?logout=%2F', 'our logout can lead to that of the other';
    curl("$url/callback?logout=%2F", jar => $jar);
    $answer = curl("$url/openid/", jar => $jar);
    like $answer->header('Location'), qr/^$at_provider/, 'which leaves it to the provider';
    return;
}

# --- Kerberos -----------------------------------------------------------------

sub kerberos {
    my $realm = start_kerberos();
    my $server = start(<<"CONF", also => ['auth_gssapi'], pages => [qw(ticket ticket/bob)]);
LogLevel auth_gssapi:debug
<Location /ticket>
  SessionNP On
  AuthType GSSAPI
  AuthName TEST
  GssapiCredStore keytab:$realm->{keytab}
  GssapiLocalName On
  Require valid-user
</Location>
<Location /ticket/env>
  SetHandler cgi-script
</Location>
<Location /ticket/bob>
  Require user bob
</Location>
CONF
    my ($log, $trace, $jar) = ($server->log, $realm->{trace}, cookie_jar());
    (my $url = $server->url) =~ s/127\.0\.0\.1/localhost/;
    my @ticket = (user => ':', args => ['--negotiate']);
    # mod_auth_gssapi was asked; a ticket was opened
    my $work = sub { return logged($log, qr/auth_gssapi.* URI: /) . logged($trace, qr/Decrypted AP-REQ.*HTTP/) };

    # No login
    my $answer = curl("$url/ticket/", jar => $jar);
    is $answer->status . names($answer), '401', 'Kerberos: nobody is refused';
    is $answer->header('WWW-Authenticate'), 'Negotiate', 'and asked for a ticket';
    $answer = curl("$url/ticket/", jar => $jar, header => ['Authorization: Negotiate YWxpY2U=']);
    is $answer->status . names($answer), '401', 'a ticket that is none';
    $answer = curl("$url/ticket/bob/", jar => $jar, @ticket);
    is $answer->status . names($answer), '401', 'a good one where she may not come in';

    # Login
    $_->mark for $log, $trace;
    $answer = curl("$url/ticket/env", jar => $jar, @ticket);
    is $answer->status . names($answer), '200auth0 did', 'a ticket is a login';
    is logged($log, qr/NP0101.*"alice"/), 1, 'once';
    is value($answer, 'AUTH_TYPE'), 'Negotiate', 'the application is told by whom';
    is $work->(), '11', '(what is counted below is there)';

    # Carried on, also for a browser that goes on sending tickets
    for my $case (['/ticket/'], ['/ticket/', @ticket], ['/ticket/env'], ['/app/']) {
        my ($path, @with) = @$case;
        $_->mark for $log, $trace;
        my $asked = $memcached->counts_during(sub { $answer = curl("$url$path", jar => $jar, @with) });
        is $answer->status . names($answer), '200', "the session opens $path";
        is_deeply $asked, { get => 1 }, 'with one read';
        is $work->(), '00', 'and opens no ticket';
    }
    is curl("$url/ticket/bob/", jar => $jar, @ticket)->status, 403, 'places of others stay shut';
    $answer = curl("$url/ticket/env", jar => $jar);
    is value($answer, 'REMOTE_USER') . value($answer, 'AUTH_TYPE'), 'aliceSessionNP', 'for her';

    # Logout
    curl("$url/logout", jar => $jar, method => 'POST');
    is curl("$url/app/", jar => $jar, @ticket)->status, 401, 'a logout ends the access';
    is curl("$url/ticket/", jar => $jar)->header('WWW-Authenticate'), 'Negotiate', 'here, too';
    $_->mark for $log, $trace;
    $answer = curl("$url/ticket/", jar => $jar, @ticket);
    is $answer->status . logged($log, qr/NP0101/) . $work->(), '200111', 'a ticket logs in again';
    return;
}

certificates();
SKIP: {
    skip 'mod_auth_openidc, node or oidc-provider is missing', OPENID if !$has_openid;
    openid();
}
SKIP: {
    skip 'mod_auth_gssapi or a KDC is missing', KERBEROS if !$has_kerberos;
    kerberos();
}
