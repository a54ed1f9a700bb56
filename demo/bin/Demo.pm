# SPDX-License-Identifier: Apache-2.0
# What the demo's programs share: reading and writing what browsers send.
package Demo;
use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(fields html return_path url);

# Where to go after the login: a path on this server, ready for a header.
# A path has to be read as the module writes it: "+" is not a blank.
sub return_path {
    my ($path) = ($ENV{QUERY_STRING} // '') =~ /(?:^|&)return=([^&]*)/;
    $path //= '/';
    $path =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;

    # "//host" and "/\host" lead to other servers, and a line break would begin
    # a header of its own
    $path = '/' if $path !~ m{\A/(?!/)[^\\\x00-\x1f\x7f]*\z};
    return $path =~ s/([^!-~])/sprintf '%%%02X', ord $1/ger;
}

# The fields of a form that was sent
sub fields {
    my %fields;
    my $text = do { local $/; <STDIN> };
    for my $field (split /&/, $text // '') {
        my ($name, $value) =
            map { tr/+/ /r =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger }
            split /=/, $field, 2;
        $fields{$name} = $value // '' if defined $name;
    }
    return %fields;
}

# A text as it may stand in HTML, in attributes too
sub html { return $_[0] =~ s/([&<>"'])/sprintf '&#%d;', ord $1/ger }

# A text as it may stand in a query
sub url { return $_[0] =~ s/([^\w.~-])/sprintf '%%%02X', ord $1/gear }

1;
