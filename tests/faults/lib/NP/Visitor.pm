# SPDX-License-Identifier: Apache-2.0
# One browser that does one thing after the other, and keeps every id that its
# session ever had.
package NP::Visitor;
use strict;
use warnings;
use NP::Curl ();
use NP::Run qw(wait_until);

my $serial = 0;

# $url: of the site, with "/race" or without
sub new {
    my ($class, $url) = @_;
    return bless { url => $url, user => 'v' . ++$serial, ids => [] }, $class;
}

sub user { return $_[0]{user} }

# The answer to a path, by the id that the visitor has now
sub ask {
    my ($self, $path, %option) = @_;
    my $answer = NP::Curl::curl("$self->{url}$path",
        $self->{id} ? (cookie => "auth0=$self->{id}") : (), %option);
    my $cookie = $answer->cookie('auth0');
    if ($cookie && length $cookie->{value}) {
        $self->{id} = $cookie->{value};
        push @{ $self->{ids} }, $self->{id};
    }
    return $answer;
}

sub login   { return $_[0]->ask("/app?do=login&user=$_[0]{user}") }
sub step_up { return $_[0]->ask('/app?do=step-up&method=otp') }
sub save    { return $_[0]->ask("/app?do=set&key=v&value=$_[1]") }
sub logout  { return $_[0]->ask('/logout', method => 'POST')->status }

# SESSION_NP_STATE, and the same for the id that it had at the login
sub state { return $_[0]->ask('/app?do=state')->header('X-State') || '' }

sub is_live { return $_[0]->state eq 'live' }

# Is it live under any of its ids? Asked often, for each process has its own
# opinion of the store.
sub is_live_anyhow {
    my ($self) = @_;
    for my $id (map { ($_) x 8 } @{ $self->{ids} }) {
        local $self->{id} = $id;
        return 1 if $self->is_live;
    }
    return 0;
}

# Log out, again if the store does not answer. Returns whether it was done.
sub logout_at_last {
    my ($self) = @_;
    return wait_until(10, sub { $self->logout == 303 });
}

1;
