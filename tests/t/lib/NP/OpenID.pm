# SPDX-License-Identifier: Apache-2.0
# An OpenID provider of a test's own, and a browser that logs in there.
#
#   my $provider = NP::OpenID->new;
#   my $server = httpd(conf => ...);             # with $provider->url
#   $provider->start($server->url . '/callback');
#   my $page = $provider->log_in($answer, $jar, 'alice');
#   $provider->log->lines(qr/^(?:GET|POST) /);   # what it was asked
package NP::OpenID;
use strict;
use warnings;
use Exporter 'import';
use IO::Socket::INET ();
use NP::Curl ();
use NP::Log ();
use NP::Run qw(work_dir take_port spawn slurp wait_until);
use POSIX qw(WNOHANG);

our @EXPORT_OK = qw(have_provider);

sub _modules { return work_dir() . '/node_modules' }

# Skipping is for people without the tools
sub have_provider {
    my ($node) = grep { -x } map { "$_/node" } split /:/, $ENV{PATH};
    my $found = -d _modules() . '/oidc-provider' ? $node : undef;
    die "node or oidc-provider (npm) is missing, and CI is set\n" if !$found && $ENV{CI};
    return $found;
}

sub new {
    my ($class) = @_;
    my $log = NP::Log->new(work_dir() . '/run/provider.log');
    return bless { port => take_port(), log => $log }, $class;
}

sub url { return "http://127.0.0.1:$_[0]{port}" }
sub log { return $_[0]{log} }

# $redirect is where it sends browsers back to
sub start {
    my ($self, $redirect) = @_;
    my $pid = spawn($self->log->path, command =>
        [have_provider(), work_dir() . '/t/apps/op.mjs', _modules(), $self->{port}, $redirect]);
    my $up = wait_until(30, sub {
        return -1 if waitpid($pid, WNOHANG) == $pid;
        return IO::Socket::INET->new(PeerAddr => "127.0.0.1:$self->{port}");
    });
    die "the provider does not start:\n", slurp($self->log->path) if !ref $up;
    return $self;
}

# A browser that was sent there by $answer: through the provider's two forms, to
# the first page of the site that is no redirect; follow => 0: to the first
# redirect after them
sub log_in {
    my ($self, $answer, $jar, $user, %option) = @_;
    my $page = NP::Curl::curl($answer->header('Location'), jar => $jar, follow => 1);
    $page = $self->_send($page, $jar, "prompt=login&login=$user&password=any", 1);
    return $self->_send($page, $jar, 'prompt=consent', exists $option{follow} ? $option{follow} : 1);
}

sub _send {
    my ($self, $page, $jar, $form, $follow) = @_;
    my ($action) = $page->body =~ /<form[^>]* action="([^"]+)"/
        or die "no form of the provider:\n", $page->body;
    $action = $self->url . $action if $action =~ m{^/};
    return NP::Curl::curl($action, jar => $jar, follow => $follow, data => $form);
}

1;
