# SPDX-License-Identifier: Apache-2.0
# A site with the places that most suites need, on a server of its own:
#
#   /basic/    Basic; alice, bob: "secret"      /digest/  Digest, alice: "secret"
#   /app/      AuthType SessionNP, login page /basic/login.html
#   /env       a CGI program that prints its environment
#   /free/env  the same where SessionNP is Off
#   /logout, /status                            the endpoints
#
# On https the same at port 2.
package NP::Site;
use strict;
use warnings;
use Digest::MD5 qw(md5_hex);
use Exporter 'import';
use NP::Httpd ();
use NP::Run qw(spew work_dir);

our @EXPORT = qw(site app_state);

# tenant => lines for the default tenant, server => lines of the server,
# tenants => { name => lines }: others, whose cookie is called as they are, with
# places and statuses of their own: /basic/name, /status/name
# more => lines after the places, store => argument (memcached of the run)
sub site {
    my (%option) = @_;
    my $users = work_dir() . '/run/users';
    my $digest = work_dir() . '/run/digest';
    spew($users, join '', map { "$_:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n" } qw(alice bob));
    spew($digest, 'alice:members:' . md5_hex('alice:members:secret') . "\n");
    my $places = _places($users, $digest);
    my $conf = '';
    $conf .= "SessionNPStore $option{store}\n" if $option{store};
    $conf .= "SessionNPStateDir \@root\@/state/np\n" if !$option{keep_default_dir};
    $conf .= "$option{server}\n" if $option{server};
    $conf .= "<SessionNPTenant default>\n$option{tenant}\n</SessionNPTenant>\n"
        if $option{tenant};
    my $tenants = $option{tenants} || {};
    $conf .= $places . join('', map { _tenant($_, $tenants->{$_}) } sort keys %$tenants)
        . ($option{more} || '');
    $conf .= <<'CONF';
Listen 127.0.0.1:@port2@
<VirtualHost 127.0.0.1:@port2@>
  ServerName localhost
  SSLEngine on
  SSLCertificateFile @cert@
  SSLCertificateKeyFile @key@
  <IfModule mod_http2.c>
    Protocols h2 http/1.1
  </IfModule>
</VirtualHost>
CONF
    my %files = ( map({ ("$_/index.html" => "<p>$_</p>\n") } qw(basic digest app)),
                 map({ ("basic/$_/index.html" => $_) } keys %$tenants),
                 'basic/login.html' => "<p>welcome</p>\n",
                 'app/data.txt' => "data\n", 'app/x.pdf' => "%PDF\n",
                 env => _program(), 'free/env' => _program(),
                 %{ $option{files} || {} });
    my $server = NP::Httpd->new(conf => $conf, %option, files => \%files);
    chmod 0755, map { $server->root . "/htdocs/$_" } grep { $files{$_} =~ /^#!/ } keys %files;
    return $server;
}

sub _program {
    return "#!/bin/sh\nprintf 'Content-Type: text/plain\\nSession-NP-Login: eve\\n'\n"
        . "printf 'Set-Cookie: theirs=1\\n\\n'\nenv | sort\n";
}

sub _tenant {
    my ($name, $lines) = @_;
    return <<"CONF";
<SessionNPTenant $name>
  $lines
  SessionNPCookieName session $name
</SessionNPTenant>
<Location ~ "^/(basic|status)/$name">
  SessionNPTenant $name
</Location>
CONF
}

sub _places {
    my ($users, $digest) = @_;
    return <<"CONF";
<Location /basic>
  SessionNP On
  AuthType Basic
  AuthName members
  AuthUserFile $users
  Require valid-user
</Location>
<Location /digest>
  SessionNP On
  AuthType Digest
  AuthName members
  AuthUserFile $digest
  Require valid-user
</Location>
<Location /app>
  SessionNP On
  AuthType SessionNP
  AuthName members
  SessionNPLoginURL /basic/login.html
</Location>
<Location /env>
  SessionNP On
  SetHandler cgi-script
</Location>
<Location /free/env>
  SetHandler cgi-script
</Location>
<Location /logout>
  SessionNP On
  SetHandler session-np-logout
</Location>
<Location /status>
  SessionNP On
  SetHandler session-np-status
</Location>
<Directory \@htdocs\@>
  Options +ExecCGI
</Directory>
CONF
}

# What /status says of a jar: the state, and the whole text
sub app_state {
    my ($url, $jar) = @_;
    my $body = NP::Curl::curl("$url/status", jar => $jar)->body;
    my ($state) = $body =~ /"state":"(\w+)"/;
    return wantarray ? ($state, $body) : $state;
}

1;
