#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# A legacy application with a login of its own at .../login, a second factor
# at .../otp, and .../bye: all it has learned is to send headers.
use strict;
use warnings;

my %password = (alice => 'secret', bob => 'secret');
my $code = '123456';
my $login_page = <<'HTML';
<!DOCTYPE html><title>Log in</title><p>%s</p>
<form method=post><input name=user> <input name=password type=password>
<label><input name=keep type=checkbox> Keep me signed in</label>
<button>Log in</button></form>
HTML
my $otp_page = <<'HTML';
<!DOCTYPE html><title>Code</title><p>%s</p>
<form method=post><input name=code>
<label><input name=remember type=checkbox> Remember this browser</label>
<button>Send</button></form>
HTML

my $posted = $ENV{REQUEST_METHOD} eq 'POST';
my %form = posted_fields();
my ($page) = $ENV{SCRIPT_NAME} =~ m{/(\w+)$};
my %pages = (login => \&login, otp => \&otp, bye => \&bye);
($pages{$page} || sub { answer(404, "no such page\n") })->();

sub posted_fields {
    read STDIN, my $text, $ENV{CONTENT_LENGTH} || 0;
    my %fields;
    for (split /&/, defined $text ? $text : '') {
        tr/+/ /;
        my ($name, $value) = map { s/%([0-9A-Fa-f]{2})/chr hex $1/ger }
            split /=/, $_, 2;
        $fields{$name} = defined $value ? $value : '';
    }
    return %fields;
}

sub answer {
    my ($status, $body, @said) = @_;
    print map({ "$_\n" } "Status: $status", 'Content-Type: text/html', @said),
        "\n$body";
    return;
}

sub login {
    return answer(200, sprintf $login_page, 'Who are you?') if !$posted;
    my ($user, $given) = map { defined $_ ? $_ : '' } @form{qw(user password)};
    # a line break would begin a header of the client's own
    $user =~ s/[^ -~]//g;
    if (!exists $password{$user} || $password{$user} ne $given) {
        return answer(200, sprintf($login_page, 'Wrong.'),
            $user eq '' ? () : "Session-NP-Login-Failed: $user");
    }
    return answer(303, '', 'Location: speak', "Session-NP-Login: $user",
        exists $form{keep} ? 'Session-NP-Mode: persistent' : ());
}

sub otp {
    return answer(200, sprintf $otp_page, 'What is the code?') if !$posted;
    return answer(200, sprintf($otp_page, 'Wrong.'), defined $ENV{SESSION_NP_USER}
            ? "Session-NP-Login-Failed: $ENV{SESSION_NP_USER}" : ())
        if !defined $form{code} || $form{code} ne $code;
    return answer(303, '', 'Location: speak', 'Session-NP-MFA: otp'
        . (exists $form{remember} ? '; remember' : ''));
}

sub bye {
    return answer(303, '', 'Location: login', 'Session-NP-Logout: ?1');
}
