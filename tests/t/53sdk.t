# SPDX-License-Identifier: Apache-2.0
# Auth0's own client for Node, unmodified, over https.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Api;
use NP::App;
use NP::Run qw(spawn);
use NP::Test;
use NP::Site;
use JSON::PP ();
use POSIX qw(WNOHANG);

my $modules = work_dir() . '/node_modules';
my ($node) = grep { -x } map { "$_/node" } split /:/, $ENV{PATH};
my $found = $node && -d "$modules/auth0";
die "node or auth0 (npm) is missing, and CI is set\n" if !$found && $ENV{CI};
plan tests => 33, need need_module('session_np', 'ssl'),
    { 'node and auth0 (npm) are not here' => sub { $found } };

my $file = token_file();
my $token = token($file, 'sdk');
my $reader = token($file, 'reader', scope => 'read:tenant_settings');
my $server = site(more => api_place($file) . app_conf('/trusted') . <<'CONF', server => 'AllowEncodedSlashes NoDecode');
<Location /trusted>
  SessionNP On
  SessionNPTrustBackend On
</Location>
CONF
my $user = 'auth0|a b+c';
my @jars = map { cookie_jar() } 1 .. 3;
curl($server->url . '/trusted/cgi' . speak(say => ["Session-NP-Login: $user"]), jar => $_) for @jars;
my $output = work_dir() . "/run/sdk.$$";
my $pid = spawn($output, command => [$node, work_dir() . '/t/apps/sdk.mjs', $modules,
        '127.0.0.1:' . $server->port(2), $token, $reader, $user],
    env => { NODE_EXTRA_CA_CERTS => work_dir() . '/t/conf/ssl/ca/asf/certs/ca.crt' });
wait_until(90, sub { waitpid($pid, WNOHANG) == $pid });
my %said = map { /^(\w+) (.*)$/ ? ($1 => JSON::PP->new->allow_nonref->decode($2)) : () }
    split /\n/, slurp($output);
ok %said, 'the client runs' or diag slurp($output);

is $said{get}{session_lifetime}, 168, 'get';
is $said{update}{session_lifetime}, 12, 'update';
is $said{update}{idle_session_lifetime}, 0.25, 'by minutes';
is_deeply $said{update}{session_cookie}, { mode => 'persistent' }, 'the mode';
is_deeply $said{again}, $said{update}, 'get says what update did';
is_deeply $said{fields}, { session_lifetime => 12 }, 'fields';
ok $said{null} && !exists $said{null}{session_cookie}, 'null unsets';
my %errors = (nothing => 'BadRequestError 400 invalid_body', fraction => 'BadRequestError 400 invalid_body',
    query => 'BadRequestError 400 invalid_query_string', scope => 'ForbiddenError 403 insufficient_scope',
    stranger => 'UnauthorizedError 401 -');
for my $step (sort keys %errors) {
    my $error = $said{$step} || {};
    is join(' ', map { defined $error->{$_} ? $error->{$_} : '-' } qw(error status code)), $errors{$step},
        "$step: the error that it is";
    ok !exists $error->{session_lifetime}, 'and nothing else' if $step ne 'stranger' && $step ne 'query';
}
is_deeply $said{list}, [2, 1], "the sessions of a user, page by page"
    or diag slurp($output);
is $said{session}{user_id}, $user, 'a session';
like $said{session}{$_}, qr/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/, "  $_"
    for qw(created_at authenticated_at idle_expires_at expires_at last_interacted_at);
is_deeply $said{describe}{session_metadata}, { desk => '7' }, 'its metadata are changed';
is_deeply $said{described}{session_metadata}, { desk => '7' }, '  and kept';
is_deeply [@{ $said{metadata} }{qw(error status)}], ['BadRequestError', 400], '  if they are texts';
is_deeply [@said{qw(revoke delete)}], [202, 202], 'revoked, and deleted';
is_deeply [@{ $said{unknown} }{qw(error status)}], ['NotFoundError', 404], '  it is gone';
is scalar(@{ $said{left} }), 1, '  one is left';
is_deeply [@{ $said{weak} }{qw(error status code)}], ['ForbiddenError', 403, 'insufficient_scope'],
    'not without the scope';
is_deeply [@said{qw(all none)}], [202, []], 'all of them end';
is $said{many}, 72, 'too many at once: it waits by itself';
is settings($server->url, $token)->{session_lifetime}, 12, 'all of it is in force';
