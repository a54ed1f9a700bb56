# SPDX-License-Identifier: Apache-2.0
# The applications of examples/, as Debian packages them. Each gets data and
# processes of its own, on loopback, and is described to httpd by its example:
#
#   my $server = httpd(conf => join '', map { example_conf($_) } qw(fossil tomcat));
#
# People: alice and bob, "secret", everywhere.
package NP::Example;
use strict;
use warnings;
use Digest::MD5 qw(md5_hex);
use Exporter 'import';
use IO::Socket::INET ();
use IO::Socket::UNIX ();
use NP::Modules qw(php_file);
use NP::Run qw(work_dir take_port spawn slurp spew wait_until);
use POSIX qw(WNOHANG);

our @EXPORT = qw(example_missing example_conf example_path example_needs);

my %defines = (fossil => \&_fossil, phpliteadmin => \&_phpliteadmin,
               tomcat => \&_tomcat, gitweb => \&_gitweb);
my %needed = (
    fossil => ['/usr/bin/fossil'],
    phpliteadmin => ['/usr/share/phpliteadmin/phpliteadmin.php', '/usr/bin/php-cgi'],
    tomcat10 => ['/usr/share/tomcat10/bin/catalina.sh', '/usr/share/tomcat10/skel/conf/web.xml',
                 '/usr/share/tomcat10-examples/examples/WEB-INF/web.xml'],
    gitweb => ['/usr/share/gitweb/gitweb.cgi', '/usr/bin/git', '/usr/sbin/fcgiwrap'],
);
my $folder;

sub example_path { return work_dir() . "/examples/$_[0]/httpd.conf" }

# The modules that an example says it needs: its lines from "# Needs:" on
sub example_needs {
    my ($text) = slurp(example_path($_[0])) =~ /^# Needs: ((?:.*\n#)*.*)/m;
    return $text =~ /\bmod_(\w+)/g;
}

# Names of what is not installed. Where somebody checks others' work nothing may
# be; but two packages are not asked for where they would open themselves to the
# world in the system's own apache2.
sub example_missing {
    my @missing = grep { grep { !-e } @{ $needed{$_} } } sort keys %needed;
    die "missing: @missing, and CI is set\n"
        if @missing && $ENV{CI} && !-e '/usr/share/apache2/apache2-maintscript-helper';
    return @missing;
}

# Starts the application; lines for httpd: its parameters, and its example
sub example_conf {
    my ($name) = @_;
    if (!$folder) {
        $folder = work_dir() . "/run/examples.$$";
        mkdir $folder or die "$folder: $!\n";
        spew("$folder/users", join '', map { "$_:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n" } qw(alice bob));
    }
    my $prefix = uc $name;
    my %define = (USERS => "$folder/users", $defines{$name}->("$folder/$name"));
    my $conf = join '', map { "Define ${prefix}_$_ \"$define{$_}\"\n" } sort keys %define;
    return $conf . 'Include ' . example_path($name) . "\n";
}

sub _do {
    my ($output, @command) = @_;
    my $pid = spawn($output, command => \@command, env => { HOME => $folder });
    waitpid $pid, 0;
    die "@command:\n", slurp($output) if $?;
    return;
}

# $address is a port, or the path of a socket
sub _serve {
    my ($output, $address, $env, @command) = @_;
    my $pid = spawn($output, command => \@command, env => { HOME => $folder, %$env });
    my $up = wait_until(60, sub {
        return -1 if waitpid($pid, WNOHANG) == $pid;
        return $address =~ m{^/} ? IO::Socket::UNIX->new(Peer => $address)
            : IO::Socket::INET->new(PeerAddr => "127.0.0.1:$address");
    });
    die "$command[0] does not start:\n", slurp($output) if !ref $up;
    return;
}

sub _program {
    my ($path, $text) = @_;
    spew($path, $text);
    chmod 0755, $path;
    return $path;
}

# Fossil shall know alice and bob, and believe REMOTE_USER.
sub _fossil {
    my ($dir) = @_;
    mkdir $dir;
    my @repository = ('-R', "$dir/tea.fossil");
    _do("$dir/log", 'fossil', 'init', '--admin-user', 'admin', "$dir/tea.fossil");
    _do("$dir/log", 'fossil', 'user', 'new', $_, $_, 'unused', @repository) for qw(alice bob);
    _do("$dir/log", 'fossil', 'sql', @repository,
        "REPLACE INTO config(name, value, mtime) VALUES ('remote_user_ok', 1, now())");
    return (CGI => _program("$dir/fossil.cgi", "#!/usr/bin/fossil\nrepository: $dir/tea.fossil\n"));
}

# The package reads its configuration where it is called: a folder of links to
# it has another one. Its password is "own".
sub _phpliteadmin {
    my ($dir) = @_;
    mkdir $_ for $dir, "$dir/htdocs", "$dir/data";
    my $package = '/usr/share/phpliteadmin';
    symlink "$package/$_", "$dir/htdocs/$_" for qw(phpliteadmin.php languages);
    spew("$dir/htdocs/phpliteadmin.config.php",
        "<?php\n\$password = 'own';\n\$directory = '$dir/data';\n");
    my %define = (DIR => "$dir/htdocs");
    if (!php_file($ENV{MPM} || 'event')) {
        my $port = take_port();
        _serve("$dir/log", $port, { PHP_FCGI_CHILDREN => 2, PHP_FCGI_MAX_REQUESTS => 0 }, 'php-cgi',
            '-d', "session.save_path=$dir/data", '-b', "127.0.0.1:$port");
        $define{FCGI} = "fcgi://127.0.0.1:$port";
    }
    return %define;
}

# An instance as tomcat10-instance-create makes it, with the changes of the
# example's README and a user of its own: tomcat, "own"
sub _tomcat {
    my ($dir) = @_;
    my $port = take_port();
    _do("$folder/log", 'cp', '-R', '/usr/share/tomcat10/skel', $dir);
    mkdir "$dir/$_" for qw(logs webapps work temp conf/Catalina conf/Catalina/localhost);
    spew("$dir/conf/Catalina/localhost/examples.xml",
        slurp('/etc/tomcat10/Catalina/localhost/examples.xml'));
    _edit("$dir/conf/server.xml", '<Connector port="8080"',
        "<Connector address=\"127.0.0.1\" port=\"$port\"");
    _edit("$dir/conf/web.xml", '</session-config>',
        '<tracking-mode>COOKIE</tracking-mode></session-config>');
    _edit("$dir/conf/tomcat-users.xml", '</tomcat-users>',
        '<user username="tomcat" password="own" roles="tomcat"/></tomcat-users>');
    _serve("$dir/log", $port, { CATALINA_BASE => $dir,
        JAVA_OPTS => '-Xmx96m -XX:+UseSerialGC -XX:TieredStopAtLevel=1' },
        '/usr/share/tomcat10/bin/catalina.sh', 'run');
    return (PORT => $port, LOGIN_PAGE => work_dir() . '/examples/tomcat/login.html');
}

sub _edit {
    my ($path, $from, $to) = @_;
    my $text = slurp($path);
    $text =~ s/\Q$from\E/$to/ or die "$path: no $from\n";
    return spew($path, $text);
}

# alice's repository is tea.git, bob's coffee.git.
sub _gitweb {
    my ($dir) = @_;
    mkdir $dir;
    for (['alice', 'tea'], ['bob', 'coffee']) {
        my ($reader, $name) = @$_;
        _do("$dir/log", 'git', 'init', '-q', '--bare', "$dir/$name.git");
        spew("$dir/$name.git/readers", "$reader\n");
    }
    spew("$dir/digest", join '', map { "$_:Git:" . md5_hex("$_:Git:secret") . "\n" } qw(alice bob));
    _serve("$dir/log", "$dir/socket", {}, '/usr/sbin/fcgiwrap', '-c', 2, '-s', "unix:$dir/socket");
    return (FCGI => "unix:$dir/socket|fcgi://localhost", PROJECTS => $dir, USERS => "$dir/digest",
            CONFIG => work_dir() . '/examples/gitweb/gitweb.conf');
}

1;
