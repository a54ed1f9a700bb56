# SPDX-License-Identifier: Apache-2.0
# A httpd of a test's own: for restarts, config tests and other MPMs.
package NP::Httpd;
use strict;
use warnings;
use NP::Log ();
use NP::Modules qw(load_lines);
use NP::Run qw(work_dir take_port free_port spawn stop_process slurp spew
    wait_until);
use POSIX qw(WNOHANG);

my $serial = 0;

# conf     => text. @port@, @port2@, ... are free ports, made as they are
#             named (@port@ is listened on already), @root@ the server's folder,
#             @htdocs@ its document root, @work@ that of the run, @cert@ and
#             @key@ a certificate for localhost.
# modules  => [names] only these (our own module must be named too)
# also     => [names] these besides the usual ones
# mpm      => name
# php      => 1 for PHP as a module, where there is one (prefork)
# patience => SessionNPStoreTimeout, where 2s are not the right one; 0 for the
#             module's default
# files    => { 'path below htdocs' => 'text' }
# start    => 0 for a config test only
# A server that does not start is an error that carries its output.
sub new {
    my ($class, %option) = @_;
    my $name = $option{name} || "httpd-$$-" . ++$serial;
    my $self = bless { root => work_dir() . "/t/logs/$name", ports => {},
                       mpm => $option{mpm} || $ENV{MPM} || 'event',
                       modules => $option{modules}, also => $option{also},
                       php => $option{php}, patience => $option{patience} },
                     $class;
    for my $dir ($self->{root}, map { "$self->{root}/$_" }
                 qw(htdocs logs run state)) {
        mkdir $dir or die "$dir: $!\n";
    }
    spew("$self->{root}/mime.types", "text/html html\ntext/plain txt\n");
    $self->file('index.html', "<p>it works</p>\n");
    $self->file($_, $option{files}{$_}) for keys %{ $option{files} || {} };
    $self->configure($option{conf} || '');
    $self->{log} = NP::Log->new("$self->{root}/logs/error_log");
    $self->start if !exists $option{start} || $option{start};
    return $self;
}

sub root { return $_[0]{root} }
sub pid  { return $_[0]{pid} }
sub log  { return $_[0]{log} }
sub url  { return 'http://127.0.0.1:' . $_[0]->port($_[1]) . ($_[2] || '') }

# port() or port(2): of @port@ or @port2@
sub port {
    my ($self, $n) = @_;
    $n = '' if !defined $n;
    return $self->{ports}{$n} ||= take_port();
}

# Write a file below the document root; returns its path
sub file {
    my ($self, $path, $text) = @_;
    my $full = "$self->{root}/htdocs/$path";
    for (my $at = length($self->{root}) + 1;
         ($at = index $full, '/', $at) > 0; $at++) {
        mkdir substr $full, 0, $at;
    }
    return spew($full, $text);
}

# Another configuration, in force with the next start or graceful()
sub configure {
    my ($self, $text) = @_;
    my $certs = work_dir() . '/t/conf/ssl/ca/asf/certs';
    my %value = (root => $self->{root}, htdocs => "$self->{root}/htdocs",
                 work => work_dir(), cert => "$certs/ca.crt",
                 key => "$certs/server.key");
    $text = $self->_preamble . $text;
    $text =~ s/\@port(\d*)\@/$self->port($1)/ge;
    $text =~ s/\@(\w+)\@/exists $value{$1} ? $value{$1} : "\@$1\@"/ge;
    spew("$self->{root}/httpd.conf", "$text\n");
    return $self;
}

# A machine that has much to do is no store that is away
sub _patience {
    my ($self) = @_;
    return $self->{patience} if defined $self->{patience};
    return ($ENV{HTTPD_WRAPPER} || '') =~ /valgrind/ ? '5s' : '2s';
}

sub _preamble {
    my ($self) = @_;
    my $load = load_lines(mpm => $self->{mpm}, only => $self->{modules},
                          also => $self->{also}, php => $self->{php});
    my $patience = $self->_patience;
    $load .= "<IfModule mod_session_np.c>\n  SessionNPStoreTimeout $patience\n</IfModule>\n"
        if $patience;
    return $load . <<'CONF';
ServerRoot @root@
DefaultRuntimeDir @root@/run
<IfDirective DefaultStateDir>
  DefaultStateDir @root@/state
</IfDirective>
PidFile @root@/run/httpd.pid
ErrorLog @root@/logs/error_log
LogLevel info
<IfModule mod_session_np.c>
  LogLevel info session_np:trace8
</IfModule>
Listen 127.0.0.1:@port@
ServerName localhost
DocumentRoot @root@/htdocs
Timeout 20
<IfModule mod_mime.c>
  TypesConfig @root@/mime.types
</IfModule>
<IfModule mod_cgid.c>
  ScriptSock @root@/run/cgi
</IfModule>
<IfModule mpm_prefork_module>
  StartServers 2
  MinSpareServers 1
  MaxSpareServers 20
  MaxRequestWorkers 20
</IfModule>
<IfModule !mpm_prefork_module>
  StartServers 2
  ThreadsPerChild 10
  MinSpareThreads 10
  MaxSpareThreads 60
  MaxRequestWorkers 60
</IfModule>
<IfModule mod_authz_core.c>
  <Directory @root@/htdocs>
    Require all granted
  </Directory>
</IfModule>
CONF
}

sub _command {
    my ($self, @arguments) = @_;
    return ($ENV{HTTPD} || '/usr/sbin/apache2', '-d', $self->{root},
            '-f', "$self->{root}/httpd.conf", @arguments);
}

sub start {
    my ($self) = @_;
    my $log = NP::Log->new($self->{log}->path);
    my $said = NP::Log->new("$self->{root}/logs/output");
    $self->{pid} = spawn($said->path, command => [$self->_command('-DFOREGROUND')]);
    my $up = wait_until(30, sub {
        return -1 if waitpid($self->{pid}, WNOHANG) == $self->{pid};
        return scalar(() = $log->lines(qr/resuming normal operations/));
    });
    if ($up < 1) {
        $self->stop if !$up;
        delete $self->{pid};
        die join "\n", 'httpd does not start:', $said->lines, $log->lines, '';
    }
    return $self;
}

sub stop {
    my ($self, $signal) = @_;
    my $pid = delete $self->{pid} or return;
    return stop_process($pid, $signal, 20);
}

sub restart {
    my ($self) = @_;
    $self->stop;
    return $self->start;
}

# Graceful restart; returns when the new generation answers
sub graceful {
    my ($self) = @_;
    my $log = NP::Log->new($self->{log}->path);
    kill USR1 => $self->{pid};
    wait_until(30, sub { scalar(() = $log->lines(qr/resuming normal operations/)) })
        or die join "\n", 'no graceful restart:', $log->lines, '';
    return $self;
}

# Another SessionNPStoreTimeout, or the former one again, by a graceful restart:
# for a store that is silent on purpose, so that nobody waits for long
sub patience {
    my ($self, $time) = @_;
    $time ||= $self->_patience;
    my $conf = slurp("$self->{root}/httpd.conf");
    $conf =~ s/^(  SessionNPStoreTimeout) .*/$1 $time/m or die "no time-out\n";
    spew("$self->{root}/httpd.conf", $conf);
    return $self->graceful;
}

# As `apachectl -t`: (exit status, output)
sub configtest {
    my ($self, @arguments) = @_;
    my @command = ($self->_command('-t'), @arguments);
    defined(my $pid = open my $pipe, '-|') or die "fork: $!\n";
    if (!$pid) {
        open STDIN, '<', '/dev/null';
        open STDERR, '>&', \*STDOUT;
        exec { $command[0] } @command or POSIX::_exit(127);
    }
    my $output = do { local $/; <$pipe> };
    close $pipe;
    return ($? >> 8 || $? & 127, defined $output ? $output : '');
}

# Pids of the processes that answer requests
sub children {
    my ($self) = @_;
    my @pids;
    for my $file (glob '/proc/[0-9]*/stat') {
        open my $fh, '<', $file or next;
        my $line = <$fh>;
        my ($pid, $parent) = (defined $line ? $line : '') =~ /^(\d+) .*\) \S (\d+)/
            or next;
        push @pids, $pid if $parent == $self->{pid};
    }
    return @pids;
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $@, $!);
    $self->stop;
    free_port($_) for values %{ $self->{ports} };
    return;
}

1;
