# SPDX-License-Identifier: Apache-2.0
# A TAP::Harness that adds "passed failed skipped" of what it ran to the file
# $NP_COUNTS, so that one line can be given for all suites together.
package NP::Harness;
use strict;
use warnings;
use base 'TAP::Harness';

# Apache::Test has failures explained on the standard output, where a harness
# that is not verbose shows nothing.
sub new {
    my ($class, $options) = @_;
    return $class->SUPER::new({ %{ $options || {} }, failures => 1, comments => 1 });
}

sub aggregate_tests {
    my ($self, $aggregate, @tests) = @_;
    my @result = $self->SUPER::aggregate_tests($aggregate, @tests);
    write_counts($aggregate) if $ENV{NP_COUNTS};
    return @result;
}

sub write_counts {
    my ($aggregate) = @_;
    my %count = (passed => 0, failed => 0, skipped => 0);
    for my $parser ($aggregate->parsers) {
        my $failed  = () = $parser->failed;
        my $skipped = () = $parser->skipped;
        my $passed  = () = $parser->passed;
        # a file that broke off or had a wrong plan is a failure of its own
        $failed ||= 1 if $parser->has_problems;
        # a file that was skipped as a whole has no test to count
        $skipped ||= 1 if $parser->skip_all;
        $passed -= $skipped if $passed;
        $count{passed}  += $passed;
        $count{failed}  += $failed;
        $count{skipped} += $skipped;
    }
    open my $fh, '>>', $ENV{NP_COUNTS} or die "$ENV{NP_COUNTS}: $!";
    print $fh "@count{qw(passed failed skipped)}\n";
    close $fh or die "$ENV{NP_COUNTS}: $!";
    return;
}

1;
