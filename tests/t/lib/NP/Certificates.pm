# SPDX-License-Identifier: Apache-2.0
# Certificates that clients show, and the authority that vouches for them.
#
#   my $authority = authority();                # the path, for SSLCACertificateFile
#   curl($url, args => certificate('alice'));   # CN=alice, vouched for
#   curl($url, args => stranger('alice'));      # the same, by nobody
package NP::Certificates;
use strict;
use warnings;
use Exporter 'import';
use NP::Run qw(work_dir);

our @EXPORT = qw(authority certificate stranger);

my @new = qw(req -newkey rsa:2048 -nodes -batch -config /dev/null);

sub _dir { return work_dir() . '/run/certificates' }

sub _openssl {
    my (@arguments) = @_;
    my $log = _dir() . '/log';
    system("openssl @arguments 2>>$log") == 0 or die "openssl @arguments failed: see $log\n";
    return;
}

sub authority {
    my $path = _dir() . '/authority';
    return $path if -e $path;
    mkdir _dir();
    _openssl(@new, "-x509 -days 2 -subj /CN=authority -keyout $path.key -out $path");
    return $path;
}

sub _arguments { return ['--cert', $_[0], '--key', "$_[0].key"] }

sub certificate {
    my ($name) = @_;
    my ($authority, $path) = (authority(), _dir() . "/$name");
    if (!-e $path) {
        _openssl(@new, "-subj /CN=$name -keyout $path.key -out $path.csr");
        _openssl("x509 -req -days 2 -in $path.csr -CA $authority -CAkey $authority.key",
            "-CAcreateserial -out $path");
    }
    return _arguments($path);
}

sub stranger {
    my ($name) = @_;
    my $path = _dir() . "/stranger.$name";
    mkdir _dir();
    _openssl(@new, "-x509 -days 2 -subj /CN=$name -keyout $path.key -out $path") if !-e $path;
    return _arguments($path);
}

1;
