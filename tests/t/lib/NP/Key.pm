# SPDX-License-Identifier: Apache-2.0
# A browser's part of SessionNPBrowserRun: it keeps a key and proves it by
# HTTP Digest (RFC 7616), as its authentication cache would.
#
#   my $run = NP::Key->new(url => $server->url, path => '/a/', jar => $jar);
#   $run->hello('page1');            # takes the key that it gets
#   $run->seed;                      # has it bound
#   $run->get('/a/x');               # with the key
#   $run->get('/a/x', key => 0);     # without
package NP::Key;
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use NP::Curl ();

sub new {
    my ($class, %self) = @_;
    return bless { count => 0, %self }, $class;
}

sub realm { return "np $_[0]{path}" }
sub key   { return $_[0]{key} }

# The key that was in a redirect, or another one
sub take {
    my ($self, $key) = @_;
    $self->{key} = $key;
    return $self;
}

# A page's name in full: 16 characters at least
sub page { return $_[1] . '_' x (16 - length $_[1]) }

# The header that proves the key for this request
sub proof {
    my ($self, $method, $uri, %other) = @_;
    my %value = (username => 'np', realm => $self->realm, nonce => $self->{nonce},
        uri => $uri, algorithm => 'SHA-256', qop => 'auth',
        nc => sprintf('%08x', ++$self->{count}), cnonce => 'abcdef', %other);
    my $key = exists $other{key} ? $other{key} : $self->{key};
    my $ha1 = sha256_hex("$value{username}:$value{realm}:$key");
    my $ha2 = sha256_hex("$method:$value{uri}");
    my $response = sha256_hex(join ':', $ha1, @value{qw(nonce nc cnonce qop)}, $ha2);
    return "Authorization: Digest username=\"$value{username}\", "
        . "realm=\"$value{realm}\", nonce=\"$value{nonce}\", uri=\"$value{uri}\", "
        . "algorithm=$value{algorithm}, response=\"$response\", qop=$value{qop}, "
        . "nc=$value{nc}, cnonce=\"$value{cnonce}\"";
}

# options of curl, and key => 0, other => { parameters of the proof }
sub get {
    my ($self, $uri, %option) = @_;
    my $with = exists $option{key} ? delete $option{key} : 1;
    my $other = delete $option{other} || {};
    my @header = @{ delete $option{header} || [] };
    push @header, $self->proof($option{method} || 'GET', $uri, %$other)
        if $with && $self->{nonce} && defined $self->{key};
    return NP::Curl::curl("$self->{url}$uri", jar => $self->{jar},
        header => \@header, %option);
}

# A document for a window
sub visit {
    my ($self, $uri, %option) = @_;
    my $site = delete $option{site} || 'none';
    my @header = ('Sec-Fetch-Dest: document', 'Sec-Fetch-Mode: navigate',
        "Sec-Fetch-Site: $site", @{ delete $option{header} || [] });
    return $self->get($uri, header => \@header, %option);
}

sub say {
    my ($self, $event, $page, %option) = @_;
    my @header = @{ delete $option{header} || ['X-NP: 1', 'Sec-Fetch-Site: same-origin'] };
    return $self->get("$self->{path}.np/e?p=" . $self->page($page) . "&e=$event",
        method => 'POST', header => \@header, %option);
}

sub hello {
    my ($self, $page, %option) = @_;
    my $answer = $self->say('hello', $page, %option);
    $self->take($1) if $answer->body =~ /"k":"([^"]+)"/;
    return $answer;
}

# The challenge, and what comes of its answer
sub seed {
    my ($self, $to) = @_;
    my $uri = "$self->{path}.np-seed" . (defined $to ? "?to=$to" : '');
    my $answer = $self->get($uri, key => 0);
    $self->listen($answer);
    return $self->get($uri);
}

# Take over the nonce of a challenge
sub listen {
    my ($self, $answer) = @_;
    $self->{nonce} = $1
        if ($answer->header('WWW-Authenticate') || '') =~ /nonce="([^"]+)"/;
    return $self;
}

# The same browser, with another jar, or none of the key
sub with {
    my ($self, %other) = @_;
    return bless { %$self, %other }, ref $self;
}

1;
