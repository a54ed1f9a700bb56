# SPDX-License-Identifier: Apache-2.0
# The applications in t/apps, behind httpd by each way that one can be reached:
#
#   cgi    a CGI program (Perl)             http   mod_proxy_http (Python)
#   fcgi   mod_proxy_fcgi (PHP)             php    mod_php, with prefork only
#
#   my @ways = app_ways();
#   my $server = site(php => 1, more => app_conf('/basic'));
#   for my $way (@ways) {
#       my $answer = curl($server->url . "/basic/$way" . speak(status => 404,
#           say => ['Session-NP-Login: alice']), user => 'alice:secret');
#       is told($answer)->{STATE}, 'live';
#   }
#
# /speak is there by every way; /login, /otp and /bye by those of app_logins().
package NP::App;
use strict;
use warnings;
use Exporter 'import';
use IO::Socket::INET ();
use NP::Modules qw(php_file);
use NP::Run qw(work_dir take_port spawn slurp wait_until);
use POSIX qw(WNOHANG);

our @EXPORT = qw(app_ways app_logins app_conf speak told fields
    start_python start_php_cgi have_python have_php_cgi have_mod_php);

my %started;

sub _app { return work_dir() . "/t/apps/$_[0]" }

# The path of the first of these programs
sub _program {
    for my $name (@_) {
        for my $folder (split /:/, $ENV{PATH}) {
            return "$folder/$name" if -x "$folder/$name";
        }
    }
    return undef;
}

# Skipping is for people without the tools
sub _have {
    my ($found, $what) = @_;
    die "$what is missing, and CI is set\n" if !$found && $ENV{CI};
    return defined $found;
}

sub have_python { return _have(_program('python3'), 'python3') }

sub have_php_cgi {
    return _have(_program('php-cgi'), 'php-cgi (Debian: php-cgi)');
}

# The MPM excludes it: no. It could be there and is not: as above; but Debian's
# package is not asked for where it would change the system's own apache2.
sub have_mod_php {
    return 0 if ($ENV{MPM} || 'event') ne 'prefork';
    my $file = php_file('prefork');
    return 0 if !$file && -e '/usr/share/apache2/apache2-maintscript-helper';
    return _have($file, 'mod_php (Debian: libapache2-mod-php)');
}

sub _start {
    my ($name, $env, @command) = @_;
    my $port = pop @command;
    my $output = work_dir() . "/run/$name.log";
    my $pid = spawn($output, command => \@command, env => $env);
    my $up = wait_until(20, sub {
        return -1 if waitpid($pid, WNOHANG) == $pid;
        return IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port");
    });
    die "$name does not start:\n", slurp($output) if !ref $up;
    return { port => $port, pid => $pid };
}

# A program that listens on the port it is given: { port, pid }
sub start_python {
    my ($path) = @_;
    my $python = _program('python3') or die "no python3\n";
    my $port = take_port();
    return _start('python', {}, $python, $path || _app('speak.py'), $port, $port);
}

# PHP as a FastCGI server: { port, pid }. By itself it would answer one request
# at a time, and end after 500.
sub start_php_cgi {
    my $php = _program('php-cgi') or die "no php-cgi\n";
    my $port = take_port();
    return _start('php-cgi', { PHP_FCGI_CHILDREN => 4, PHP_FCGI_MAX_REQUESTS => 0 },
        $php, '-n', '-b', "127.0.0.1:$port", $port);
}

# Those that this machine and this MPM have
sub app_ways {
    return ('cgi', have_python() ? 'http' : (), have_php_cgi() ? 'fcgi' : (),
        have_mod_php() ? 'php' : ());
}

sub app_logins { return grep { /^(?:cgi|http)$/ } app_ways() }

# Lines that put them at $place/cgi, $place/http and so on. May be called for
# several places: they share the processes, which start here.
sub app_conf {
    my ($place) = @_;
    my %lines = (cgi => \&_cgi, http => \&_http, fcgi => \&_fcgi, php => \&_php);
    my $apps = _app('');
    my $conf = "<Directory $apps>\n  Require all granted\n</Directory>\n";
    $conf .= $lines{$_}->("$place/$_") for app_ways();
    return $conf;
}

sub _cgi {
    my ($place) = @_;
    my ($speak, $login) = map { _app($_) } qw(speak.cgi login.cgi);
    return <<"CONF";
ScriptAlias $place/speak $speak
ScriptAliasMatch ^$place/(?:login|otp|bye)\$ $login
CONF
}

sub _http {
    my ($place) = @_;
    my $app = $started{http} ||= start_python();
    return <<"CONF";
<Location $place>
  ProxyPass http://127.0.0.1:$app->{port}
  <IfModule mod_session_np.c>
    SessionNPHeaders On
  </IfModule>
</Location>
CONF
}

# GENERIC: php-cgi, unlike php-fpm, wants the plain path of the script
sub _fcgi {
    my ($place) = @_;
    my $app = $started{fcgi} ||= start_php_cgi();
    my $speak = _app('speak.php');
    return <<"CONF";
Alias $place/speak $speak
<Location $place>
  ProxyFCGIBackendType GENERIC
  SetHandler proxy:fcgi://127.0.0.1:$app->{port}
</Location>
CONF
}

sub _php {
    my ($place) = @_;
    my $speak = _app('speak.php');
    return <<"CONF";
Alias $place/speak $speak
<Location $place>
  SetHandler application/x-httpd-php
</Location>
CONF
}

# The path and query that let the application answer so:
# status => 404, type => 'text/html', say => ['Name: value', ...]
sub speak {
    my (%said) = @_;
    my @pairs = map { [say => $_] } @{ delete $said{say} || [] };
    push @pairs, map { [$_ => $said{$_}] } sort keys %said;
    return '/speak?' . fields(map { @$_ } @pairs);
}

# A form as a browser sends it, for curl's "data": name => value, ...
sub fields {
    my (@pairs) = @_;
    s/([^\w.-])/sprintf '%%%02X', ord $1/ge for @pairs;
    my @fields;
    push @fields, join '=', splice @pairs, 0, 2 while @pairs;
    return join '&', @fields;
}

# What /speak lists of us, under one name by whichever way: STATE, USER, ...;
# REMOTE_USER, AUTH_TYPE and COOKIE too. FORGED_STATE and so on is what came as
# a header where the environment counts.
sub told {
    my ($answer) = @_;
    my %told;
    for (split /\r?\n/, $answer->body) {
        my ($name, $value) = /^([\w-]+)=(.*)/ or next;
        my $header = $name =~ /[a-z]/;
        ($name = uc $name) =~ tr/-/_/;
        $name =~ s/^HTTP_SESSION_NP_/FORGED_/;
        $name =~ s/^SESSION_NP_|^HTTP_(?=COOKIE$)// || !$header
            || $name eq 'COOKIE' or next;
        $told{$name} = exists $told{$name} ? "$told{$name} | $value" : $value;
    }
    return \%told;
}

1;
