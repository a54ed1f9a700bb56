# SPDX-License-Identifier: Apache-2.0
# Auth0's own client for Node, unmodified, over https.
use strict;
use warnings;
use Apache::Test qw(-withtestmore);
use NP::Api;
use NP::Run qw(spawn);
use NP::Test;
use NP::Site;
use JSON::PP ();
use POSIX qw(WNOHANG);

my $modules = work_dir() . '/node_modules';
my ($node) = grep { -x } map { "$_/node" } split /:/, $ENV{PATH};
my $found = $node && -d "$modules/auth0";
die "node or auth0 (npm) is missing, and CI is set\n" if !$found && $ENV{CI};
plan tests => 18, need need_module('session_np', 'ssl'),
    { 'node and auth0 (npm) are not here' => sub { $found } };

my $file = token_file();
my $token = token($file, 'sdk');
my $reader = token($file, 'reader', scope => 'read:tenant_settings');
my $server = site(more => api_place($file), server => 'AllowEncodedSlashes NoDecode');
my $output = work_dir() . "/run/sdk.$$";
my $pid = spawn($output, command => [$node, work_dir() . '/t/apps/sdk.mjs', $modules,
        '127.0.0.1:' . $server->port(2), $token, $reader],
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
is $said{many}, 72, 'too many at once: it waits by itself';
is settings($server->url, $token)->{session_lifetime}, 12, 'all of it is in force';
