# SPDX-License-Identifier: Apache-2.0
# LoadModule lines for a server of the tests: no more than exists, nothing that
# is compiled in, nothing from the system's own configuration.
package NP::Modules;
use strict;
use warnings;
use Exporter 'import';
use NP::Run qw(work_dir);

our @EXPORT_OK = qw(load_lines test_modules php_file has_module);

my @wanted = qw(
    unixd log_config logio watchdog env setenvif mime negotiation alias dir
    autoindex headers expires request rewrite actions include filter
    substitute deflate macro unique_id remoteip status
    authn_core authn_file authz_core authz_host authz_user authz_groupfile
    auth_basic auth_digest auth_form
    proxy proxy_http proxy_fcgi proxy_wstunnel slotmem_shm cache cache_disk dav dav_fs
    socache_shmcb socache_dbm ssl http2 dbd
    session session_cookie session_dbd session_crypto
);

my ($directory, %built_in);

sub _ask_httpd {
    return if defined $directory;
    my $apxs = $ENV{APXS} || 'apxs';
    chomp($directory = qx($apxs -q LIBEXECDIR));
    my $httpd = $ENV{HTTPD} || '/usr/sbin/apache2';
    %built_in = map { /^\s*(?:mod_)?(\w+)\.c$/ ? ($1 => 1) : () } qx($httpd -l);
    return;
}

# Files of the module under test and of those made for the tests
sub test_modules {
    my @files = glob work_dir() . '/modules/mod_*.so';
    return map { my ($name) = m{mod_(\w+)\.so$}; ($name => $_) } @files;
}

# PHP as a module, undef without one. Debian's needs prefork: its interpreter
# is not for threads.
sub php_file {
    my ($mpm) = @_;
    return undef if $mpm ne 'prefork';
    _ask_httpd();
    return (sort glob "$directory/libphp*.so")[-1];
}

# A module that not every machine has. Skipping is for people without it; but
# Debian's package is not asked for where it would change the system's apache2.
sub has_module {
    my ($name, $package) = @_;
    _ask_httpd();
    my $found = $built_in{$name} || -e "$directory/mod_$name.so";
    return 0 if !$found && -e '/usr/share/apache2/apache2-maintscript-helper';
    die "mod_$name is missing (Debian: $package), and CI is set\n" if !$found && $ENV{CI};
    return $found;
}

# mpm => name, only => [names] to leave out the others; unixd and what checks
# authorization are always there: httpd does not work without.
# also => [names] more than usual
# php => 1 with PHP, if there is one for the MPM (not for everyone: it starts
# slowly)
sub load_lines {
    my (%option) = @_;
    _ask_httpd();
    my $mpm = $option{mpm} || $ENV{MPM} || 'event';
    my @names = (@wanted, $mpm eq 'prefork' ? 'cgi' : 'cgid', @{ $option{also} || [] });
    @names = grep { $_ ne 'http2' } @names if $mpm eq 'prefork';
    my %ours = test_modules();
    if ($option{only}) {
        my %only = map { ($_ => 1) } @{ $option{only} },
            qw(unixd log_config authn_core authz_core);
        my %known = map { ($_ => 1) } @names, keys %ours;
        push @names, grep { !$known{$_} } sort keys %only;
        @names = grep { $only{$_} } @names;
        delete @ours{ grep { !$only{$_} } keys %ours };
    }
    my $lines = '';
    for my $name ("mpm_$mpm", @names) {
        my $file = "$directory/mod_$name.so";
        next if $built_in{$name} || !-e $file;
        $lines .= "LoadModule ${name}_module $file\n";
    }
    my $php = $option{php} ? php_file($mpm) : undef;
    $lines .= "LoadModule php_module $php\n" if $php;
    $lines .= "LoadModule ${_}_module $ours{$_}\n" for sort keys %ours;
    return $lines;
}

1;
