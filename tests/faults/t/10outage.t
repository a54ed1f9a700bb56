# SPDX-License-Identifier: Apache-2.0
# One copy: whatever a memcached does, no request waits for long, nobody is told
# what is not true, and afterwards all goes on.
use strict;
use warnings;
use NP::Fault;
use NP::FaultSite ();
use NP::Load ();
use Test::More;

plan tests => 11;

my $site = NP::FaultSite->new(fault => 'drop');
my ($relay, $memcached) = ($site->relay, $site->memcached);
my $load = NP::Load->start(-p => $site->port, -w => 4000);

# A relay's fault, or what a memcached does
sub fault {
    my ($name, %option) = @_;
    scenario($name, site => $site, load => $load, fails => 1,
        begin => sub { $relay->tell($option{relay}) },
        end => sub { $relay->tell('pass') }, %option);
    return;
}

fault('httpd starts while packets are dropped', relay => 'drop');
undef $load;
$load = start_load($site);
fault('the server refuses', relay => 'refuse');
fault('it accepts and is silent', relay => 'silent');
fault('half a line, then silence', relay => 'half');
fault('nonsense', relay => 'garbage');
fault('packets are dropped', relay => 'drop');
fault('answers that come too late', relay => 'delay 400');
fault('slow answers are answers', relay => 'delay 15', fails => 0, waits => 1);
fault('all connections are cut', relay => 'cut', waits => 1, fails => undef);
fault('it is stopped, and goes on', begin => sub { $memcached->pause },
    end => sub { $memcached->resume });
fault('it is killed, and starts again, empty', begin => sub { $memcached->stop('KILL') },
    end => sub { $memcached->restart }, loses => 1);
$load->stop;
