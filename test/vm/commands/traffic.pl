# Traffic on a test node, which has Perl (perl-base) and no more than that:
#
#   perl traffic.pl serve PORT ADDRESS ...
#   perl traffic.pl load REPORT TARGET ...
#
# `serve` echoes what it gets by TCP and UDP. `load` opens new connections to each target at a fixed rate, keeps others
# open, and writes its counts as JSON to the file REPORT every second until it is killed. A target is
# PROTOCOL,ADDRESS,PORT,RATE,LONG: tcp or udp, new connections a second, and how many connections stay open.
use strict;
use warnings;
use Fcntl;
use Socket qw(:all);
use Time::HiRes qw(time);

# Seconds. An emulated node on a busy machine may stall for ten of them.
my $answer_limit = 30;
# Of a datagram, which a busy machine may lose; one of some has to be answered.
my $datagram_limit  = 3;
my $datagrams       = 10;
my $report_interval = 1;
# Between two messages of a connection that stays.
my $pause = 3;
my $opening_interval = 0.05;

$SIG{PIPE} = 'IGNORE';

sub socket_address {
  my ($address, $port) = @_;
  return $address =~ /:/
    ? (AF_INET6, pack_sockaddr_in6($port, inet_pton(AF_INET6, $address)))
    : (AF_INET, pack_sockaddr_in($port, inet_pton(AF_INET, $address)));
}

sub open_socket {
  my ($family, $type) = @_;
  socket(my $socket, $family, $type, 0) or die "socket: $!";
  my $flags = fcntl($socket, F_GETFL, 0);
  fcntl($socket, F_SETFL, $flags | O_NONBLOCK) or die "fcntl: $!";
  return $socket;
}

# What the kernel knows of a connection that fails: its port, what was sent again, what was not acknowledged.
sub describe_socket {
  my ($socket) = @_;
  my $own = getsockname($socket) or return 'no port';
  my ($port) = sockaddr_family($own) == AF_INET6 ? unpack_sockaddr_in6($own) : unpack_sockaddr_in($own);
  my $state = qx(ss -Htino 'sport = :$port');
  $state =~ s/["\\\s]+/ /g;
  return "port $port: $state";
}

# What is to be called when a socket can be read, or written, by file number; and when, by time.
my (%readers, %writers, @timers);

sub after {
  my ($seconds, $call) = @_;
  my $timer = { due => time + $seconds, call => $call };
  push @timers, $timer;
  return $timer;
}

sub forget {
  my ($number) = @_;
  delete $readers{$number};
  delete $writers{$number};
}

sub run_forever {
  while (1) {
    my ($reading, $writing) = ('', '');
    vec($reading, $_, 1) = 1 for keys %readers;
    vec($writing, $_, 1) = 1 for keys %writers;
    my $now  = time;
    my $wait = 1;
    for (@timers) { $wait = $_->{due} - $now if $_->{call} && $_->{due} - $now < $wait }
    select($reading, $writing, undef, $wait < 0 ? 0 : $wait);
    for my $number (keys %writers) {
      if (vec($writing, $number, 1)) { my $call = delete $writers{$number}; $call->() if $call }
    }
    for my $number (keys %readers) {
      $readers{$number}->() if $readers{$number} && vec($reading, $number, 1);
    }
    $now = time;
    my @due = grep { $_->{call} && $_->{due} <= $now } @timers;
    @timers = grep { $_->{call} && $_->{due} > $now } @timers;
    for (@due) { my $call = delete $_->{call}; $call->() if $call }
  }
}

sub serve {
  my ($port, @addresses) = @_;
  for my $address (@addresses) {
    my ($family, $bound) = socket_address($address, $port);
    my $listener = open_socket($family, SOCK_STREAM);
    setsockopt($listener, SOL_SOCKET, SO_REUSEADDR, 1);
    bind($listener, $bound) or die "bind $address: $!";
    listen($listener, 1024) or die "listen: $!";
    $readers{ fileno $listener } = sub {
      while (accept(my $client, $listener)) {
        my $number = fileno $client;
        fcntl($client, F_SETFL, O_NONBLOCK);
        $readers{$number} = sub {
          my $got = sysread($client, my $data, 4096);
          if ($got) { syswrite($client, $data) }
          elsif (defined $got || !$!{EAGAIN}) { forget($number); close $client }
        };
      }
    };
    my $datagram = open_socket($family, SOCK_DGRAM);
    bind($datagram, $bound) or die "bind $address: $!";
    $readers{ fileno $datagram } = sub {
      while (defined(my $from = recv($datagram, my $data, 4096, 0))) { send($datagram, $data, 0, $from) }
    };
  }
  run_forever();
}

my %report = map { $_ => 0 } qw(attempted answered slowest opened exchanged);
my (@failed, @broken);
# Ports of clients, one after another. A port that comes again within two minutes would meet what ipvs remembers of the
# connection before: it then deletes what conntrack knows of the new one.
my ($first_port, $last_port) = (33000, 60999);
my $next_port = $first_port;

sub bind_next_port {
  my ($socket, $family) = @_;
  my $any = $family == AF_INET6 ? '::' : '0.0.0.0';
  for ($first_port .. $last_port) {
    my ($bound_family, $bound) = socket_address($any, $next_port);
    $next_port = $next_port == $last_port ? $first_port : $next_port + 1;
    return if bind($socket, $bound);
    $!{EADDRINUSE} or die "bind: $!";
  }
  die 'no port is free';
}

# By number: when a new connection began that has no answer yet; when one that stays got its last.
my (%waiting, $connections);

sub failure {
  my ($target, $error) = @_;
  return sprintf '{"at":%.3f,"target":"%s","error":"%s"}', time, $target->{name}, $error;
}

sub write_report {
  my ($file) = @_;
  my $counts = join ',', map { sprintf '"%s":%s', $_, $report{$_} } sort keys %report;
  my $since = time;
  for (values %waiting) { $since = $_ if $_ < $since }
  open(my $out, '>', "$file.new") or die "$file: $!";
  my $failures = sprintf '"failed":[%s],"broken":[%s]', join(',', @failed), join(',', @broken);
  printf $out "{%s,\"since\":%.3f,%s}\n", $counts, $since, $failures;
  close $out;
  rename "$file.new", $file;
}

# Connects, sends a message and calls back with an error, or with the socket once the message came back.
sub ask {
  my ($target, $done) = @_;
  my $isUdp  = $target->{protocol} eq 'udp';
  my $socket = open_socket($target->{family}, $isUdp ? SOCK_DGRAM : SOCK_STREAM);
  my $number = fileno $socket;
  my $tries = 0;
  my ($timer, $finish, $send);
  my $stage = 'connecting';
  $finish = sub {
    my ($error) = @_;
    forget($number);
    delete $timer->{call};
    $done->(defined $error ? "$error, $stage, " . describe_socket($socket) : undef, $socket);
    ($finish, $send) = ();
  };
  $send = sub {
    my $error = getsockopt($socket, SOL_SOCKET, SO_ERROR);
    if ($error && unpack 'i', $error) { $! = unpack 'i', $error; return $finish->("$!") }
    return $finish->('no answer') if $isUdp && $tries++ == $datagrams;
    defined syswrite($socket, 'hello') or return $finish->("$!");
    $stage = 'connected';
    if ($isUdp) { delete $timer->{call}; $timer = after($datagram_limit, $send) }
  };
  $readers{$number} = sub {
    my $got = sysread($socket, my $data, 4096);
    return $finish->() if $got;
    $finish->(defined $got ? 'closed' : "$!") if defined $got || !$!{EAGAIN};
  };
  $timer = after($answer_limit, sub { $finish->('no answer') });
  bind_next_port($socket, $target->{family});
  connect($socket, $target->{address}) or $!{EINPROGRESS} or return $finish->("$!");
  $writers{$number} = $send;
}

sub try_new {
  my ($target) = @_;
  my $began = time;
  my $connection = ++$connections;
  $waiting{$connection} = $began;
  $report{attempted}++;
  ask($target, sub {
    my ($error, $socket) = @_;
    delete $waiting{$connection};
    close $socket;
    if (defined $error) { push @failed, failure($target, $error); return }
    $report{answered}++;
    my $took = int((time - $began) * 1000);
    $report{slowest} = $took if $took > $report{slowest};
  });
}

sub keep_open {
  my ($target) = @_;
  my $connection = ++$connections;
  $waiting{$connection} = time;
  ask($target, sub {
    my ($error, $socket) = @_;
    if (defined $error) {
      delete $waiting{$connection};
      push @broken, failure($target, $error);
      return;
    }
    $report{opened}++;
    my $number = fileno $socket;
    my $timer;
    my $break_off = sub {
      delete $timer->{call};
      delete $waiting{$connection};
      forget($number);
      close $socket;
      push @broken, failure($target, $_[0]);
    };
    my $next = sub {
      syswrite($socket, 'still here') or return $break_off->("$!");
      $timer = after($answer_limit, sub { $break_off->('no answer') });
    };
    $readers{$number} = sub {
      my $got = sysread($socket, my $data, 4096);
      if ($got) {
        $report{exchanged}++;
        $waiting{$connection} = time;
        delete $timer->{call};
        $timer = after($pause, $next);
      }
      elsif (defined $got || !$!{EAGAIN}) { $break_off->(defined $got ? 'closed' : "$!") }
    };
    $next->();
  });
}

sub every {
  my ($seconds, $call) = @_;
  my $due = time;
  my $tick;
  $tick = sub {
    $call->();
    # What was late does not delay what follows.
    $due += $seconds;
    after($due - time, $tick);
  };
  $tick->();
}

sub load {
  my ($file, @targets) = @_;
  for my $text (@targets) {
    my %target;
    @target{qw(protocol host port rate long)} = split /,/, $text;
    $target{name} = "$target{protocol} $target{host} $target{port}";
    @target{qw(family address)} = socket_address($target{host}, $target{port});
    my $left = $target{long};
    my $opening;
    $opening = sub {
      return if $left-- <= 0;
      keep_open(\%target);
      after($opening_interval, $opening);
    };
    $opening->();
    every(1 / $target{rate}, sub { try_new(\%target) }) if $target{rate} > 0;
  }
  every($report_interval, sub { write_report($file) });
  run_forever();
}

my ($command, @arguments) = @ARGV;
if ($command eq 'serve') { serve(@arguments) }
else                     { load(@arguments) }
