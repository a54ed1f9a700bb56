# SPDX-License-Identifier: Apache-2.0
# SessionNPBrowserRunKey login with logins of other people's modules: a form
# (mod_auth_form) and an OpenID provider (mod_auth_openidc). The browser follows
# redirects, and answers the challenge with what one of them says.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::App;
use NP::Key;
use NP::Modules qw(has_module);
use NP::OpenID qw(have_provider);
use NP::Site;
use NP::Test;

use constant { FORM => 21, OPENID => 18 };
plan tests => 2 * FORM + OPENID, need need_module('session_np'), need_module('ssl', 'session', 'auth_form', 'request');

my $has_openid = has_module('auth_openidc', 'libapache2-mod-auth-openidc') && have_provider();
my $memcached = start_memcached();

# The modules' own words, too, and what was in the headers
my $all = <<'CONF';
LogLevel trace8
CustomLog @root@/logs/access_log "%r %>s %{Location}o %{Authorization}i %{Referer}i %{Cookie}i"
CONF

sub place {
    my ($name, $more) = @_;
    return <<"CONF";
<SessionNPTenant $name>
  SessionNPCookieName session np_$name
  SessionNPCookiePath /$name/
</SessionNPTenant>
<Location /$name/>
  SessionNP On
  SessionNPTenant $name
  SessionNPBrowserRun require
  SessionNPBrowserRunKey login
  SessionNPBrowserRunTimer skew 1s
  SessionNPBrowserRunTimer claim 1h
  Require valid-user
$more</Location>
<Location /$name/env>
  SetHandler cgi-script
</Location>
CONF
}
my $env = "#!/bin/sh\necho 'Content-Type: text/plain'\necho\nenv | sort\ncat\n";
sub pages { return map { ("$_/index.html" => "<p>$_</p>", "$_/env" => $env) } @_ }

# Go on from $answer as a browser does. Returns the answer that leads nowhere, and
# the steps: status and path of each.
sub browse {
    my ($run, $answer) = @_;
    my @steps;
    while ($answer->status =~ /^30[23]$/ && @steps < 20) {
        my $to = $answer->header('Location');
        if ($to =~ s{^(https?://)np:([^@]+)@}{$1}) {
            $run->take($2)->{nonce} = undef;
        }
        $to = "$run->{url}$to" if $to =~ m{^/};
        if (index($to, "$run->{url}/")) {
            $answer = curl($to, jar => $run->{jar});
        }
        else {
            my $path = substr $to, length $run->{url};
            my %key = index($path, $run->{path}) ? (key => 0) : ();
            $answer = $run->visit($path, %key, %{ $run->{with} || {} });
            if ($answer->status == 401 && $run->listen($answer)->{nonce} && !%key) {
                push @steps, "401 $path";
                $answer = $run->visit($path, %{ $run->{with} || {} });
            }
        }
        $to =~ s/\?.*//;
        push @steps, $answer->status . " $to";
    }
    return ($answer, @steps);
}

# Whoever has the cookies and not the key
sub is_theirs {
    my ($run, $log, $name) = @_;
    my %with = %{ $run->{with} || {} };
    is $run->visit("/$name/", %with)->body, "<p>$name</p>", "$name: the page is served with the key";
    ok wait_until(10, sub { $run->get("/$name/.np/s", key => 0, %with)->body =~ /none/ }),
        'without it there is no session';
    isnt $run->get("/$name/env", key => 0, %with)->status, 200, 'nothing is served';
    like $run->get("/$name/.np/s", %with)->body, qr/"state":"live","user":"alice"/, 'the session lives on';
    my $answer = $run->get("/$name/env", %with);
    like $answer->body, qr/^REMOTE_USER=alice$/m, 'its user is known';
    unlike $answer->body, qr/^\w*AUTHORIZATION=|=Digest\b|^HTTP_COOKIE=(?:.*;\s*)?np_/m, 'and nothing of the key';
    isnt $run->visit("/$name/", key => 0, %with)->status, 200, 'a document without the key';
    is scalar($log->lines(qr/NP0131.*user "alice", tenant "$name"/)), 1, 'ends the session';
    isnt $run->visit("/$name/", %with)->status, 200, 'for everybody';
    return;
}

sub not_written {
    my ($server, $key, @more) = @_;
    my %items = $memcached->items;
    my @where = grep { index(-e $_ ? slurp($_) : '', $key) >= 0 }
        map({ $server->root . "/logs/$_" } qw(access_log error_log)), @more;
    is "@where", '', 'the key is in no log';
    is scalar(grep { index($_, $key) >= 0 } %items), 0, 'nor in the store';
    return;
}

# --- a form -------------------------------------------------------------------

sub form {
    my ($port, %with) = @_;
    my $server = site(store => 'memcache:' . $memcached->address, server => $all,
        more => place('f', <<'CONF') . <<'CONF',
  Session On
  AuthType form
  AuthName members
  AuthFormProvider file
  AuthUserFile @work@/run/users
  ErrorDocument 401 /free/form.html
CONF
<Location /f/in>
  SetHandler form-login-handler
  Require all granted
  AuthFormLoginRequiredLocation /free/again.html
  AuthFormLoginSuccessLocation /f/
</Location>
CONF
        files => { pages('f'), 'free/form.html' => 'form', 'free/again.html' => 'again' });
    my $url = $server->url($port);
    $url =~ s/^http:/https:/ if $port;
    my $run = NP::Key->new(url => $url, path => '/f/', jar => cookie_jar(), with => \%with);
    my $fields = sub { return fields(httpd_username => 'alice', httpd_password => $_[0], @_[1 .. $#_]) };
    my $send = sub {
        my ($path, $data) = @_;
        return $run->visit($path, data => $data, key => 0, %with);
    };
    is $run->visit('/f/', key => 0, %with)->body, 'form', 'nobody gets the form';
    is $send->('/f/in', $fields->('wrong'))->header('Location'), '/free/again.html', 'a wrong password leads back';
    my $answer = $send->('/f/in', $fields->('secret'));
    is $answer->status, 302, 'the right one';
    like $answer->header('Location'), qr{^\Q${\($url =~ s{//.*}{//}r)}\Enp:[\w-]{43}@.*/f/\.np-seed\?to=.*%2Ff%2F$},
        'leads on by way of the key';
    ($answer, my @steps) = browse($run, $answer);
    is join(', ', @steps), "401 /f/.np-seed?to=" . ($url =~ s/:/%3A/gr =~ s{/}{%2F}gr) . "%2Ff%2F, "
        . "302 $url/f/.np-seed, 200 $url/f/", 'to the page';
    is $answer->body, '<p>f</p>', 'which is served';
    is $answer->version, $with{http2} && ($ENV{MPM} || 'event') ne 'prefork' ? '2' : '1.1', 'by the protocol';
    my $key = $run->key;
    is_theirs($run, $server->log, 'f');

    # Within the page: the request goes on as what the form says that it is
    $run = NP::Key->new(url => $url, path => '/f/', jar => cookie_jar());
    $answer = $send->('/f/env', $fields->('secret', httpd_method => 'POST',
        httpd_mimetype => 'text/plain', httpd_body => 'what was to be sent'));
    is $answer->status, 200, 'a form within the page is no redirect';
    like $answer->body, qr/^REQUEST_METHOD=POST$/m, 'but what it was for';
    like $run->hello('page', %with)->body, qr/"k"/, 'and the script gets the key';
    not_written($server, $key);
    return;
}

# --- OpenID Connect -----------------------------------------------------------

sub openid {
    my $provider = NP::OpenID->new;
    my $server = site(store => 'memcache:' . $memcached->address, also => ['auth_openidc'], server => $all,
        more => <<"CONF" . place('o', <<'CONF'), files => { pages('o') });
OIDCProviderMetadataURL @{[$provider->url]}/.well-known/openid-configuration
OIDCClientID httpd
OIDCClientSecret "known to both"
OIDCCryptoPassphrase hush
OIDCRemoteUserClaim sub
OIDCPassClaimsAs environment
OIDCAuthRequestParams prompt=login
OIDCRedirectURI http://127.0.0.1:\@port\@/callback
<Location /callback>
  AuthType openid-connect
  Require valid-user
</Location>
CONF
  AuthType openid-connect
  Header always add Set-Cookie "mod_auth_openidc_session=; Path=/; Max-Age=0" "expr=-n reqenv('SESSION_NP_USER') && req('Cookie') -strmatch '*mod_auth_openidc_session=*'"
CONF
    my $url = $server->url;
    $provider->start("$url/callback");
    my $run = NP::Key->new(url => $url, path => '/o/', jar => cookie_jar());
    my $at_provider = quotemeta $provider->url . '/auth?';
    my $answer = $run->visit('/o/?x=1', key => 0);
    like $answer->header('Location'), qr/^$at_provider/, 'OpenID: nobody is sent to the provider';
    $answer = $provider->log_in($answer, $run->{jar}, 'alice', follow => 0);
    ($answer, my @steps) = browse($run, $answer);
    s/:\d+//, s/\?to=.*// for @steps;
    like join(', ', @steps), qr{303 http://127.0.0.1/auth/[^,]*, 302 http://127.0.0.1/callback, 302 http://127.0.0.1/o/, 401 /o/.np-seed, 302 http://127.0.0.1/o/.np-seed, 200 http://127.0.0.1/o/$},
        'who comes back goes by way of the key';
    is $answer->body, '<p>o</p>', 'to the page';
    is scalar($server->log->lines(qr/NP0101.*"alice"/)), 1, 'by one login';
    ok !exists {jar_cookies($run->{jar})}->{mod_auth_openidc_session}, "the other module's session is gone";
    my $key = $run->key;
    is_theirs($run, $server->log, 'o');
    $answer = $run->visit('/o/', key => 0);
    like $answer->header('Location'), qr/^$at_provider.*prompt=login/, 'the next run has to go to the provider';
    like curl($answer->header('Location'), jar => $run->{jar}, follow => 1)->body, qr/name="password"/,
        'which asks for the password';
    not_written($server, $key, $provider->log->path);
    return;
}

form('');
form(2, http2 => 1);
SKIP: {
    skip 'mod_auth_openidc, node or oidc-provider is missing', OPENID if !$has_openid;
    openid();
}
