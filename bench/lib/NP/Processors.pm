# SPDX-License-Identifier: Apache-2.0
# Which processors are whose: half of them are httpd's, the others the load's and
# the stores'. Where all of them share all, the scheduler's choices are most of
# what is measured: on a quiet machine of two, what a second bare httpd added lay
# within 12 us then, and within 2 us with a processor for httpd.
package NP::Processors;
use strict;
use warnings;
use Exporter 'import';
use NP::Run qw(slurp);

our @EXPORT_OK = qw(divide_processors as_httpd whose_processors);

my ($httpd, $load) = ('', '');

sub _move {
    my ($list) = @_;
    return system("taskset -cp $list $$ >/dev/null 2>&1") == 0;
}

# From now on what this process starts has the load's. Does nothing where there
# is one processor only, or no taskset.
sub divide_processors {
    my ($allowed) = slurp('/proc/self/status') =~ /^Cpus_allowed_list:\s*(\S+)/m;
    my @all = map { /(\d+)-(\d+)/ ? $1 .. $2 : $_ } split /,/, $allowed || '';
    return if @all < 2;
    my @first = splice @all, 0, int((@all + 1) / 2);
    _move(join ',', @all) or return;
    ($httpd, $load) = (join(',', @first), join(',', @all));
    return;
}

# What $code starts has httpd's. (A process that is moved when it runs may just
# be making a thread.)
sub as_httpd {
    my ($code) = @_;
    _move($httpd) if $httpd ne '';
    my @result = eval { $code->() };
    my $error = $@;
    _move($load) if $httpd ne '';
    die $error if $error;
    return @result;
}

sub whose_processors {
    return $httpd eq '' ? 'all processors are shared'
        : "httpd on processor $httpd, wrk and stores on $load";
}

1;
