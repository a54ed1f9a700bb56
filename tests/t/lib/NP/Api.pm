# SPDX-License-Identifier: Apache-2.0
# The management API: tokens, places, and requests.
#
#   my $file = token_file();                       # empty, of the test's own
#   my $token = token($file, 'deploy', scope => 'read:tenant_settings');
#   my $server = site(more => api_place($file));   # at /api/v2/
#   my $answer = api($server->url, GET => 'tenants/settings', token => $token);
#   is $answer->status, 200; is json($answer)->{session_lifetime}, 168;
package NP::Api;
use strict;
use warnings;
use Exporter 'import';
use JSON::PP ();
use NP::Curl ();
use NP::Run qw(work_dir spew);

our @EXPORT = qw(token_file token token_program api_place api json settings);

my $serial = 0;

# session-np-token: (exit status, output, what it said besides)
sub token_program {
    my (@arguments) = @_;
    my $said = work_dir() . "/run/tokens.$$.said";
    open my $pipe, '-|', 'sh', '-c', 'exec "$0" "$@" 2>' . $said,
        work_dir() . '/programs/session-np-token', @arguments or die "session-np-token: $!\n";
    my $output = do { local $/; <$pipe> };
    close $pipe;
    return ($? >> 8, defined $output ? $output : '', NP::Run::slurp($said));
}

sub token_file {
    my $path = work_dir() . "/run/tokens.$$." . ++$serial;
    spew($path, '');
    chmod 0600, $path or die "$path: $!\n";
    return $path;
}

# scope => 'a,b' (all of them), expires => '90d'
sub token {
    my ($file, $name, %option) = @_;
    my ($rc, $token, $said) = token_program('add', $file, $name, '--scope',
        $option{scope} || 'all', '--expires', $option{expires} || 'never');
    die "session-np-token: $said" if $rc;
    chomp $token;
    return $token;
}

# The tokens of $file, or undef for none; 0: nor is everybody let in
sub api_place {
    my ($file, $more, $path) = @_;
    return "<Location " . ($path || '/api/v2') . ">\n  SetHandler session-np-api\n"
        . (defined $file && !$file ? '' : "  Require all granted\n") . ($file ? "  SessionNPTokenFile $file\n" : '')
        . ($more || '') . "</Location>\n";
}

# token => text; data => text, or a reference that becomes JSON; the rest as
# NP::Curl::curl
sub api {
    my ($url, $method, $path, %option) = @_;
    my @header = @{ delete $option{header} || [] };
    my ($token, $data) = delete @option{qw(token data)};
    push @header, "Authorization: Bearer $token" if defined $token;
    if (ref $data) {
        $data = JSON::PP->new->canonical->encode($data);
    }
    push @header, 'Content-Type: application/json'
        if defined $data && !grep { /^Content-Type:/i } @header;
    return NP::Curl::curl("$url/api/v2/$path", method => $method, header => \@header,
        defined $data ? (data => $data) : (), %option);
}

sub json { return eval { JSON::PP::decode_json($_[0]->body) } || {} }

# Settings in force, whatever the token's rate: patiently
sub settings {
    my ($url, $token) = @_;
    return json(api($url, GET => 'tenants/settings', token => $token));
}

1;
