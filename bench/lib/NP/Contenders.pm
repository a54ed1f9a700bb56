# SPDX-License-Identifier: Apache-2.0
# Who is compared: bare httpd, the floor, this module in its configurations, and
# what Debian has besides.
package NP::Contenders;
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use Exporter 'import';
use NP::Contender ();
use NP::Cookie ();
use NP::Curl qw(curl);
use NP::Memcached ();
use NP::Modules qw(has_module);
use NP::OpenID qw(have_provider);
use NP::Run qw(work_dir spew);
use NP::UnixMemcached ();

our @EXPORT_OK = qw(contenders);

my $users = "AuthName bench\nAuthUserFile \@work\@/run/users\n";

# --- this module ------------------------------------------------------------

sub ours_log_in {
    my ($contender) = @_;
    my $answer = curl($contender->url('/login/index.html'), user => 'alice:password');
    my $cookies = NP::Contender::cookies_of($answer);
    die "no login: " . $answer->status . "\n" if $cookies !~ /auth0=/;
    return $cookies;
}

# A machine that is busy with others may take its time
my $patience = "SessionNPStoreTimeout 10s\n";

sub ours {
    my ($name, $store, %option) = @_;
    my $more = delete $option{more} || '';
    return NP::Contender->new(name => $name, log_in => \&ours_log_in,
        files => { 'login/index.html' => 'in' }, conf => "SessionNPStore $store\n$patience$more\n",
        page => "SessionNP On\nAuthType SessionNP\n${users}Require valid-user",
        login => "SessionNP On\nAuthType Basic\nAuthBasicProvider file\n"
            . "${users}Require valid-user",
        %option, modules => ['session_np', @{ $option{modules} || [] }]);
}

# Like ours_log_in(), with the cookie changed by $change
sub changed {
    my ($change) = @_;
    return sub {
        my ($contender) = @_;
        local $_ = ours_log_in($contender);
        $change->($contender);
        return $_;
    };
}

# Every sixth bit of an octet stands in the first character of the MAC's four
my $forge = changed(sub { s/(auth0=.{36})(.)/$1 . ($2 eq 'A' ? 'B' : 'A')/e });

sub our_contenders {
    my ($tcp, $unix, $second) = @_;
    my $memcache = 'memcache:' . $tcp->address;
    my $open = "SessionNP On\nRequire all granted";
    my $forget = changed(sub { $tcp->flush });
    return (
        ours('memcached, TCP', $memcache, id => 'tcp', stores => [$tcp]),
        ours('memcached, unix socket', 'memcache:' . $unix->address,
            id => 'unix', stores => [$unix]),
        ours('shmcb', 'shmcb', id => 'shmcb', modules => ['socache_shmcb']),
        ours('two copies', $memcache . ',' . $second->address, id => 'copies',
            stores => [$tcp, $second], more => 'SessionNPStoreReplicas 2'),
        # it is asked by the clock
        ours('near cache', $memcache, id => 'near', stores => [$tcp], reads => 0,
            more => 'SessionNPNearCache 10s'),
        ours('Off', $memcache, id => 'off', page => 'Require all granted',
            stores => [$tcp], reads => 0, log_in => undef),
        ours('On, no cookie', $memcache, id => 'none', page => $open,
            stores => [$tcp], reads => 0, log_in => undef),
        ours('On, forged cookie', $memcache, id => 'forged', page => $open,
            stores => [$tcp], reads => 0, log_in => $forge),
        # its end is looked for, too
        ours('On, record is missing', $memcache, id => 'missing', page => $open,
            stores => [$tcp], reads => 2, log_in => $forget),
    );
}

# --- the floor --------------------------------------------------------------

# As long as a record of ours
my $value = 'x' x 256;

sub floor_log_in {
    my ($contender) = @_;
    my $secret = 'A' x 43;
    $contender->{stores}[0]->ask('set ' . sha256_hex($secret) . ' 0 0 '
        . length($value) . "\r\n$value");
    return "floor=$secret";
}

sub the_floor {
    my ($tcp) = @_;
    return NP::Contender->new(id => 'floor', name => 'the floor', stores => [$tcp],
        modules => ['np_floor'], log_in => \&floor_log_in,
        conf => 'NPFloor ' . $tcp->address);
}

# --- others -----------------------------------------------------------------

sub form_log_in {
    my ($contender) = @_;
    my $answer = curl($contender->url('/login'),
        data => 'httpd_username=alice&httpd_password=password');
    my $cookies = NP::Contender::cookies_of($answer);
    die "no login: " . $answer->status . "\n" if $cookies !~ /session=/;
    return $cookies;
}

my $form = "AuthType form\nAuthFormProvider file\n${users}Require valid-user";

sub form {
    my ($name, $session, %option) = @_;
    my $on = "Session On\n$session\n";
    return NP::Contender->new(name => $name, log_in => \&form_log_in, %option,
        modules => [qw(request session auth_form), @{ $option{modules} }],
        page => $on . ($option{auth} ? $form : 'Require all granted'),
        login => "$on$form\nSetHandler form-login-handler\n"
            . 'AuthFormLoginSuccessLocation /page.html');
}

sub database {
    my $file = work_dir() . '/run/sessions.db';
    my $made = system('sqlite3', $file, 'CREATE TABLE session '
        . '(key varchar(50) primary key, expiry bigint, value text);');
    die "sqlite3 does not work\n" if $made;
    return <<"CONF";
DBDriver sqlite3
DBDParams $file
DBDPrepareSQL "delete from session where key = %s" deletesession
DBDPrepareSQL "update session set value = %s, expiry = %lld, key = %s where key = %s" updatesession
DBDPrepareSQL "insert into session (value, expiry, key) values (%s, %lld, %s)" insertsession
DBDPrepareSQL "select value from session where key = %s and (expiry = 0 or expiry > %lld)" selectsession
DBDPrepareSQL "delete from session where expiry != 0 and expiry < %lld" cleansession
CONF
}

my $openid_log_in = sub {
    my ($contender) = @_;
    my $jar = NP::Cookie::cookie_jar();
    my $answer = curl($contender->url, jar => $jar);
    $contender->{provider}->log_in($answer, $jar, 'alice');
    my %cookies = NP::Cookie::jar_cookies($jar);
    return join '; ', map { "$_=$cookies{$_}{value}" } grep { /session/ } sort keys %cookies;
};

sub openid {
    return if !has_module('auth_openidc', 'libapache2-mod-auth-openidc')
        || !have_provider();
    my $provider = NP::OpenID->new;
    my $at = $provider->url;
    return NP::Contender->new(id => 'openidc', name => 'mod_auth_openidc, its own shmcb',
        modules => ['auth_openidc'], provider => $provider, log_in => $openid_log_in,
        page => "AuthType openid-connect\nRequire valid-user",
        after_start => sub { $provider->start($_[0]->url('/callback')) },
        conf => <<"CONF");
OIDCProviderMetadataURL $at/.well-known/openid-configuration
OIDCClientID httpd
OIDCClientSecret "known to both"
OIDCCryptoPassphrase hush
OIDCRemoteUserClaim sub
OIDCRedirectURI http://127.0.0.1:\@port\@/callback
<Location /callback>
  AuthType openid-connect
  Require valid-user
</Location>
CONF
}

sub others {
    my ($short) = @_;
    my $cookie = 'SessionCookieName session path=/';
    my $sealed = "$cookie\nSessionCryptoPassphrase secret";
    my $dbd = 'SessionDBDCookieName session path=/';
    my $sqlite = database();
    return (
        form('mod_session_cookie', $cookie, id => 'cookie', modules => ['session_cookie']),
        form('mod_session_cookie, mod_session_crypto', $sealed, id => 'crypto',
            modules => [qw(session_cookie session_crypto)]),
        form('mod_session_dbd, SQLite', $dbd, id => 'dbd', conf => $sqlite,
            modules => [qw(dbd session_dbd)]),
        form('mod_auth_form, mod_session_dbd, SQLite', $dbd, id => 'form', auth => 1,
            conf => $sqlite, modules => [qw(dbd session_dbd)]),
        $short ? () : openid(),
    );
}

# short => 1 without those that are slow to start; only => [ids]; start => 0
# leaves them to be started
sub contenders {
    my (%option) = @_;
    spew(work_dir() . '/run/users', "alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n");
    my ($tcp, $second, $unix) = (NP::Memcached->start, NP::Memcached->start,
        NP::UnixMemcached->start);
    # what it adds to itself: that much of the others is chance, too
    my @all = (NP::Contender->new(id => 'bare', name => 'bare httpd'),
        NP::Contender->new(id => 'again', name => 'bare httpd, again'), the_floor($tcp),
        our_contenders($tcp, $unix, $second), others($option{short}));
    my %only = map { ($_ => 1) } @{ $option{only} || [] };
    @all = grep { $only{ $_->{id} } } @all if %only;
    return @all if exists $option{start} && !$option{start};
    $_->start for @all;
    return @all;
}

1;
