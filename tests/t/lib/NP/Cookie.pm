# SPDX-License-Identifier: Apache-2.0
# Set-Cookie lines and curl's cookie jars, taken apart.
package NP::Cookie;
use strict;
use warnings;
use Exporter 'import';
use NP::Run qw(work_dir);

our @EXPORT_OK = qw(parse_set_cookie cookie_jar jar_cookies);

# { name, value, attr => { lower-case name => value, or 1 without one },
#   order => [names as sent], line }
sub parse_set_cookie {
    my ($line) = @_;
    my ($pair, @attributes) = split /\s*;\s*/, $line;
    my ($name, $value) = split /=/, $pair, 2;
    my %cookie = (name => $name, value => $value, line => $line, attr => {},
                  order => []);
    for (@attributes) {
        my ($key, $text) = split /=/, $_, 2;
        $cookie{attr}{ lc $key } = defined $text ? $text : 1;
        push @{ $cookie{order} }, $key;
    }
    return \%cookie;
}

my $serial = 0;

# A new, empty jar: the path of a file
sub cookie_jar {
    my $path = work_dir() . "/run/jar.$$." . ++$serial;
    open my $fh, '>', $path or die "$path: $!\n";
    return $path;
}

# name => { value, domain, path, secure, httponly, expires } of a jar; expires
# is 0 for a cookie that ends with the browser
sub jar_cookies {
    my ($path) = @_;
    open my $fh, '<', $path or die "$path: $!\n";
    my %cookies;
    while (defined(local $_ = <$fh>)) {
        chomp;
        my $httponly = s/^#HttpOnly_//;
        next if /^#|^\s*$/;
        my ($domain, undef, $at, $secure, $expires, $name, $value) = split /\t/;
        $cookies{$name} = { value => $value, domain => $domain, path => $at,
                            secure => $secure eq 'TRUE', expires => $expires,
                            httponly => $httponly };
    }
    return %cookies;
}

1;
