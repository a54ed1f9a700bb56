# SPDX-License-Identifier: Apache-2.0
# Logout, what is left after it, and the password that must be asked for.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;
use NP::Site;

my @foreign = ('//evil.example', '/\\evil.example', '%2F%09%2Fevil.example',
    'https://evil.example/', 'evil', '/%0d%0aX-Evil:%201', '');
plan tests => 34 + @foreign, need need_module('session_np');

my $memcached = start_memcached();
my $server = site(store => 'memcache:' . $memcached->address, more => <<'CONF');
<Location /quiet>
  SessionNP On
  SetHandler session-np-logout
  SessionNPClearSiteData none
</Location>
CONF
my $url = $server->url;

sub log_in {
    my ($path, @options) = @_;
    my $jar = cookie_jar();
    curl("$url$path", user => 'alice:secret', jar => $jar, @options);
    return $jar;
}

# Logout
my $jar = log_in('/basic/');
my $cookie = 'auth0=' . {jar_cookies($jar)}->{auth0}{value};
my $answer = curl("$url/logout?return=/app/%3Fx", jar => $jar, method => 'POST');
is $answer->status, 303, 'logout';
is $answer->header('Location'), '/app/?x', 'goes where it was asked to go';
is $answer->header('Clear-Site-Data'), '"cache", "storage"', 'and clears what is stored';
is curl("$url/app/", cookie => $cookie)->status, 401, 'the cookie is useless';
like curl("$url/app/", cookie => $cookie)->body, qr/"reason":"ended"/, 'and known to be';
my %items = $memcached->items;
is scalar(grep { /^s-/ } keys %items), 0, 'the record is gone';
is curl("$url/quiet", method => 'POST')->header('Clear-Site-Data'), undef, 'none means none';

# Who may
$jar = log_in('/basic/');
is curl("$url/logout", jar => $jar)->status, 405, 'a bare GET is refused';
is curl("$url/logout", jar => $jar, header => ['Sec-Fetch-Site: cross-site'])->status, 403,
    'so is one of another site';
is curl("$url/logout", jar => $jar, method => 'POST',
    header => ['Sec-Fetch-Site: cross-site'])->status, 403, 'and a POST';
is curl("$url/logout", jar => $jar, method => 'POST',
    header => ['Origin: https://evil.example'])->status, 403, 'by its Origin too';
is curl("$url/logout", jar => $jar, method => 'POST', header => ['Origin: null'])->status, 403,
    'or none that it says';
is curl("$url/app/", jar => $jar)->status, 200, 'none of them ended the session';
is curl("$url/logout", jar => $jar, header => ['Sec-Fetch-Site: same-origin'])->status, 303,
    'a link on the site does';
is curl("$url/app/", jar => $jar)->status, 401, 'indeed';
for my $path (@foreign) {
    is curl("$url/logout?return=$path", method => 'POST')->header('Location'), '/',
        "return=$path stays here";
}

# The password must be asked for again, once
$jar = log_in('/basic/');
curl("$url/logout", jar => $jar, method => 'POST');
ok {jar_cookies($jar)}->{auth0}, 'the cookie stays as a mark';
is curl("$url/basic/", jar => $jar)->status, 401, 'without a password';
ok {jar_cookies($jar)}->{auth0}, 'it still stays';
$answer = curl("$url/basic/", jar => $jar, user => 'alice:secret');
is $answer->status, 401, 'the repeated password is refused';
like $answer->header('WWW-Authenticate'), qr/^Basic /, 'with the challenge of the place';
is $answer->cookie('auth0')->{attr}{'max-age'}, 0, 'and the mark goes';
ok $answer->cookie('auth0')->{attr}{expires}, 'in both spellings';
is curl("$url/basic/", jar => $jar, user => 'alice:secret')->status, 200, 'then it is taken';
is scalar($server->log->lines(qr/NP0106/)), 1, 'once';
is curl("$url/app/", jar => $jar)->status, 200, 'and there is a session again';

$jar = log_in('/digest/', digest => 1);
curl("$url/logout", jar => $jar, method => 'POST');
$answer = curl("$url/digest/", jar => $jar, user => 'alice:secret', digest => 1);
is $answer->status, 401, 'Digest: the repeated password is refused';
is curl("$url/digest/", jar => $jar, user => 'alice:secret', digest => 1)->status, 200,
    'Digest: once';

# Status
$jar = log_in('/basic/');
my ($state, $body) = app_state($url, $jar);
is $state, 'live', 'status of a session';
like $body, qr/"user":"alice","tenant":"default","mode":"non-persistent","id":"[\w-]{22}"/, 'says whose';
like $body, qr/"idle_seconds_left":\d+,"seconds_left":\d+\}/, 'and for how long';
is curl("$url/status")->body, qq({"state":"none"}\n), 'nobody has a state too';
is curl("$url/status")->header('Cache-Control'), 'no-store', 'that nobody keeps';
is curl("$url/status", method => 'POST', header => ['Sec-Fetch-Site: cross-site'])->status, 403,
    'other sites may not say that we are here';
is curl("$url/status", jar => $jar, method => 'POST')->status, 200, 'we may';
