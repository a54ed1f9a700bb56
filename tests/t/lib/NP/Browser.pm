# SPDX-License-Identifier: Apache-2.0
# Runs tests/browser/*.mjs: a real Chromium, driven by playwright-core from npm.
# Each line "ok NAME" or "not ok NAME" becomes a test.
package NP::Browser;
use strict;
use warnings;
use Exporter 'import';
use NP::Run qw(work_dir);
use Test::More ();

our @EXPORT = qw(have_browser browse);

sub _program {
    my (@names) = @_;
    for my $name (@names) {
        my ($path) = grep { -x } map { "$_/$name" } split /:/, $ENV{PATH};
        return $path if $path;
    }
    return undef;
}

# Skipping is for people without the tools
sub have_browser {
    my $modules = work_dir() . '/node_modules';
    my $found = _program('node') && _program('chromium', 'chromium-browser', 'google-chrome')
        && -d "$modules/playwright-core" && -d "$modules/axe-core";
    die "node, chromium, playwright-core or axe-core (npm) is missing, and CI is set\n"
        if !$found && $ENV{CI};
    return $found;
}

# The tests of a scenario, $count of them
sub browse {
    my ($script, $count, @arguments) = @_;
    local %ENV = (%ENV, NP_NODE_MODULES => work_dir() . '/node_modules',
        NP_CHROMIUM => _program('chromium', 'chromium-browser', 'google-chrome'));
    open my $pipe, '-|', _program('node'), work_dir() . "/browser/$script", @arguments
        or die "node: $!\n";
    my $seen = 0;
    while (defined(my $line = <$pipe>)) {
        chomp $line;
        if ($line =~ /^(not )?ok (.*)$/) {
            Test::More::ok(!$1, $2);
            $seen++;
        }
        else {
            Test::More::diag($line);
        }
    }
    close $pipe;
    # httpd's event MPM may crash if it is stopped while it closes connections
    sleep 1;
    Test::More::diag("$script @arguments: $seen tests, not $count") if $seen != $count;
    Test::More::ok(0, "$script @arguments: did not come so far") for $seen + 1 .. $count;
    return;
}

1;
