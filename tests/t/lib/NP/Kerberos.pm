# SPDX-License-Identifier: Apache-2.0
# A Kerberos realm of a test's own: alice, with a ticket, and HTTP/localhost.
#
#   my $realm = start_kerberos();     # sets what krb5 reads in the environment
#   httpd(...);                       # with $realm->{keytab}
#   curl('http://localhost:...', user => ':', args => ['--negotiate']);
#   $realm->{trace}->lines(qr/.../);  # what libkrb5 did in httpd and curl
package NP::Kerberos;
use strict;
use warnings;
use Exporter 'import';
use IO::Socket::INET ();
use NP::Log ();
use NP::Run qw(work_dir take_port spawn slurp spew wait_until);
use POSIX qw(WNOHANG);

our @EXPORT = qw(have_kerberos start_kerberos);

my @folders = (split(/:/, $ENV{PATH}), '/usr/sbin');
my %package = ('krb5kdc' => 'krb5-kdc', 'kdb5_util' => 'krb5-kdc',
               'kadmin.local' => 'krb5-admin-server', kinit => 'krb5-user');

sub _program { return (grep { -x } map { "$_/$_[0]" } @folders)[0] }

# Skipping is for people without the tools
sub have_kerberos {
    my @missing = grep { !_program($_) } sort keys %package;
    die "missing, and CI is set: @missing (Debian: @package{@missing})\n" if @missing && $ENV{CI};
    return !@missing;
}

# With $input on its standard input
sub _run {
    my ($log, $input, $name, @arguments) = @_;
    defined(my $pid = open my $pipe, '|-') or die "fork: $!\n";
    if (!$pid) {
        open STDOUT, '>>', $log;
        open STDERR, '>&', \*STDOUT;
        exec { _program($name) } $name, @arguments or POSIX::_exit(127);
    }
    print $pipe $input;
    close $pipe or die "$name failed:\n", slurp($log);
    return;
}

sub _configure {
    my ($dir, $port) = @_;
    $ENV{KRB5_CONFIG} = spew("$dir/krb5.conf", <<"CONF");
[libdefaults]
  default_realm = TEST
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
[realms]
  TEST = {
    kdc = 127.0.0.1:$port
  }
CONF
    $ENV{KRB5_KDC_PROFILE} = spew("$dir/kdc.conf", <<"CONF");
[kdcdefaults]
  kdc_listen = 127.0.0.1:$port
  kdc_tcp_listen = 127.0.0.1:$port
[realms]
  TEST = {
    database_name = $dir/principal
    key_stash_file = $dir/stash
  }
CONF
    $ENV{KRB5CCNAME} = "FILE:$dir/tickets";
    $ENV{KRB5RCACHENAME} = "dfl:$dir/replays";
    $ENV{KRB5_TRACE} = spew("$dir/trace", '');
    return;
}

sub start_kerberos {
    my ($dir, $port) = (work_dir() . '/run/kerberos', take_port());
    my $log = "$dir/log";
    mkdir $dir or die "$dir: $!\n";
    _configure($dir, $port);
    _run($log, '', qw(kdb5_util create -s -r TEST -P master));
    _run($log, <<"COMMANDS", 'kadmin.local', '-r', 'TEST');
addprinc -pw secret alice
addprinc -randkey HTTP/localhost
ktadd -k $dir/keytab HTTP/localhost
COMMANDS
    my $pid = spawn($log, command => [_program('krb5kdc'), '-n', '-r', 'TEST']);
    my $up = wait_until(20, sub {
        return -1 if waitpid($pid, WNOHANG) == $pid;
        return IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port");
    });
    die "krb5kdc does not start:\n", slurp($log) if !ref $up;
    _run($log, "secret\n", qw(kinit alice));
    return { keytab => "$dir/keytab", trace => NP::Log->new($ENV{KRB5_TRACE}) };
}

1;
