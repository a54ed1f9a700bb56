# SPDX-License-Identifier: Apache-2.0
# The same life of a session by each way to log in, over each protocol.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Test;
use NP::Site;

my @kinds = qw(basic digest);
my @wires = qw(http https);
push @wires, 'http2' if ($ENV{MPM} || 'event') ne 'prefork';
plan tests => 19 * @kinds * @wires + 13, need need_module('session_np'), need_module('ssl');

my $memcached = start_memcached();
my $server = site(store => 'memcache:' . $memcached->address, more => <<'CONF',
<Location /digest/bob>
  Require user bob
</Location>
CONF
    files => { 'digest/bob/index.html' => 'bob' });
(my $https = $server->url(2)) =~ s/^http:/https:/;
my %url = (http => $server->url, https => $https, http2 => $https);

sub life {
    my ($kind, $wire) = @_;
    my ($url, $name) = ($url{$wire}, "$kind over $wire");
    my $jar = cookie_jar();
    my $answer;
    my $get = sub { $answer = curl("$url$_[0]", jar => $jar, http2 => $wire eq 'http2', @_[1 .. $#_]) };
    my @password = (user => 'alice:secret', digest => $kind eq 'digest');

    # Login
    my $asked = $memcached->counts_during(sub { $get->("/$kind/", @password) });
    is $answer->status, 200, "$name: login";
    is $answer->version, $wire eq 'http2' ? '2' : '1.1', "$name: the protocol";
    is_deeply $asked, { set => 5, get => 1, delete => 1 },
        "$name: a record, one of the device, and under a lock the list of sessions and a pointer";
    my @names = map { $_->{name} } $answer->cookies;
    is_deeply \@names, $wire eq 'http' ? ['auth0', 'did'] : ['auth0', 'auth0_compat', 'did', 'did_compat'],
        "$name: one pair of cookies of each";
    my @set = grep { /^auth0/ } @names;
    my ($value, $others) = map { $_->{value} } grep { $_->{name} =~ /^auth0/ } $answer->cookies;
    is $others || $value, $value, "$name: of one value";
    is scalar(grep { $_->{attr}{expires} || exists $_->{attr}{'max-age'} } $answer->cookies), 0,
        "$name: without a lifetime";

    # Later requests
    for my $path ("/$kind/", '/app/') {
        is_deeply $memcached->counts_during(sub { $get->($path) }), { get => 1 },
            "$name: one read for $path";
        is $answer->status, 200, "$name: $path needs no password";
        is $answer->header('Set-Cookie'), undef, "$name: and sets nothing";
    }

    # Logout
    $get->('/logout', method => 'POST');
    is $answer->status, 303, "$name: logout";
    ok !grep({ /^s-/ } keys %{ +{ $memcached->items } }), "$name: the record is gone";
    is curl("$url/app/", cookie => "auth0=$value")->status, 401, "$name: the cookie is useless";
    like curl("$url/app/", cookie => "auth0_compat=$value")->body, qr/"reason":"ended"/,
        "$name: so is the twin";

    # The password must be asked for again, once
    $get->("/$kind/", @password);
    is $answer->status, 401, "$name: the repeated password is refused";
    is_deeply { map { ($_->{name} => $_->{attr}{'max-age'}) } $answer->cookies },
        { map { ($_ => 0) } @set }, "$name: and the marks go";
    # Without the jar: curl 7 keeps one of two cookies that one answer removes.
    $answer = curl("$url/$kind/", @password, http2 => $wire eq 'http2');
    is $answer->status, 200, "$name: then it is taken";
    $memcached->flush;
    return;
}

for my $wire (@wires) {
    for my $kind (@kinds) {
        life($kind, $wire);
    }
}

# Digest in particular
my $url = $server->url;
my $jar = cookie_jar();
my @digest = (digest => 1, jar => $jar);
my $answer = curl("$url/digest/", @digest, user => 'alice:wrong');
is $answer->status, 401, 'Digest: a wrong password';
like $answer->header('WWW-Authenticate'), qr/^Digest /, 'has the challenge of the place';
is $answer->header('Set-Cookie'), undef, 'and no cookie';
$answer = curl("$url/digest/bob/", @digest, user => 'alice:secret');
is $answer->status, 401, 'a user who may not come in';
is $answer->header('Set-Cookie'), undef, 'is not logged in';
is scalar(keys %{ +{ $memcached->items } }), 0, 'anywhere';
is curl("$url/digest/", @digest, user => 'alice:secret')->status, 200, 'one who may is';
$answer = curl("$url/digest/bob/", jar => $jar);
is $answer->status, 403, 'and is refused as himself';
like $answer->body, qr/"reason":"forbidden"/, 'for that reason';
is $answer->header('WWW-Authenticate'), undef, 'without a challenge';
is curl("$url/digest/bob/", jar => $jar, header => ['Sec-Fetch-Mode: navigate'])->status, 403,
    'a navigation too';

# A browser that keeps sending its password keeps its session
my $asked = $memcached->counts_during(sub {
    $answer = curl("$url/basic/", jar => $jar, user => 'alice:secret');
});
is_deeply $asked, { get => 1 }, 'a password beside a live session is no login';
is $answer->header('Set-Cookie'), undef, 'and gives no cookie';
