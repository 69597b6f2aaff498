# Puts packets on the links of a node, and sees what becomes of them. Runs in the network namespace in which the other
# ends of the node's links are; needs root and no more than perl-base:
#
#   perl wire.pl NODE GROUP DEVICE ...
#
# NODE is the file of the node's network namespace; GROUP the group of netfilter's log in it. Lines of standard input:
#
#   frame DEVICE HEX         sends an Ethernet frame through a device
#   local MARK SOURCE HEX    sends an IP packet as a process of the node does that is bound to SOURCE
#   choose MARK DESTINATION  asks from which address a process of the node would send there
#   sync                     waits until nothing moves any more, says what was seen, and then `synced`
#
# What was seen:
#
#   frame DEVICE HEX         what the node sent
#   log PREFIX IN OUT MARK HEX   what the node's rules logged: devices or `-`, the mark, the packet
#   failed ERROR HEX         a packet of the node's processes that the kernel did not take
#   chosen ADDRESS           in the order of the questions; `-` when there is no way there
#
# All of it runs on one processor, to which the caller binds it: packets that go through links wait in a queue of the
# processor, so a frame that is sent last arrives last.
use strict;
use warnings;
use Socket qw(:all);

my ($node, $group, @devices) = @ARGV;
$| = 1;

# linux/if_packet.h, linux/netlink.h, linux/netfilter/nfnetlink_log.h, asm-generic/socket.h
use constant {
  AF_PACKET => 17, AF_NETLINK => 16, NETLINK_NETFILTER => 12, PACKET_OUTGOING => 4,
  ANY_ETHERTYPE => unpack('S', pack('n', 3)), SENTINEL => 0x88b5,
  SO_MARK => 36, SO_RCVBUFFORCE => 33, SIOCGIFINDEX => 0x8933, SIOCGIFNAME => 0x8910, SYS_SETNS => 308,
  LOG_PACKET => 0x400, LOG_CONFIG => 0x401,
};

# Hops of a packet through queues, after which it has arrived wherever it goes.
my $rounds = 6;
# Packets that the queue, of 1,000, surely holds.
my $at_once = 100;

sub device_index {
  my ($socket, $name) = @_;
  my $request = pack('a16 i x20', $name, 0);
  ioctl($socket, SIOCGIFINDEX, $request) or die "$name: $!";
  return unpack('x16 i', $request);
}

sub open_link {
  my ($name) = @_;
  socket(my $socket, AF_PACKET, SOCK_RAW, ANY_ETHERTYPE) or die "packet socket: $!";
  setsockopt($socket, SOL_SOCKET, SO_RCVBUFFORCE, pack('i', 16 * 1024 * 1024)) or die "buffer: $!";
  my $address = pack('S S i S C C x8', AF_PACKET, ANY_ETHERTYPE, device_index($socket, $name), 0, 0, 0);
  bind($socket, $address) or die "$name: $!";
  return $socket;
}

my %links = map { $_ => open_link($_) } @devices;
my ($sentinel_from, $sentinel_to) = map { open_link($_) } qw(sentinel0 sentinel1);

open(my $namespace, '<', $node) or die "$node: $!";
syscall(SYS_SETNS, fileno $namespace, 0) == 0 or die "setns: $!";

socket(my $log, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER) or die "netlink: $!";
setsockopt($log, SOL_SOCKET, SO_RCVBUFFORCE, pack('i', 64 * 1024 * 1024)) or die "buffer: $!";
bind($log, pack('S S L L', AF_NETLINK, 0, 0, 0)) or die "netlink: $!";

sub attribute {
  my ($type, $value) = @_;
  return pack('S S', 4 + length $value, $type) . $value . "\0" x (-length($value) % 4);
}

sub configure_log {
  my $body = pack('C C n', 0, 0, $group) . join '', @_;
  send($log, pack('L S S L L', 16 + length $body, LOG_CONFIG, 5, 1, 0) . $body, 0) or die "log: $!";
  recv($log, my $answer, 65536, 0) // die "log: $!";
  my $error = -unpack('x16 i', $answer);
  if ($error) { $! = $error; die "log: $!" }
}

# Take the group; whole packets, each at once.
configure_log(attribute(1, pack 'C', 1));
configure_log(attribute(2, pack 'N C x', 0xffff, 2), attribute(5, pack 'N', 1));

my ($names_socket, %names);
socket($names_socket, AF_INET, SOCK_DGRAM, 0) or die "socket: $!";

sub node_device {
  my ($index) = @_;
  return '-' unless $index;
  return $names{$index} //= do {
    my $request = pack('a16 i x20', '', $index);
    ioctl($names_socket, SIOCGIFNAME, $request) ? unpack('Z16', $request) : '-';
  };
}

my @seen;

sub read_log {
  my ($message) = @_;
  while (length $message >= 16) {
    my ($length, $type) = unpack 'L S', $message;
    my $body = substr $message, 20, $length - 20;
    substr($message, 0, ($length + 3) & ~3) = '';
    next if $type != LOG_PACKET;
    my %values;
    while (length $body >= 4) {
      my ($size, $kind) = unpack 'S S', $body;
      $values{$kind & 0x3fff} = substr $body, 4, $size - 4;
      my $step = ($size + 3) & ~3;
      $body = $step >= length $body ? '' : substr $body, $step;
    }
    my $number = sub { defined $values{ $_[0] } ? unpack('N', $values{ $_[0] }) : 0 };
    my $prefix = unpack 'Z*', $values{10};
    push @seen, join ' ', 'log', $prefix, node_device($number->(4)), node_device($number->(5)), $number->(2),
      unpack('H*', $values{9} // '');
  }
}

sub drain {
  for my $device (@devices) {
    while (defined(my $from = recv($links{$device}, my $frame, 65536, MSG_DONTWAIT))) {
      my (undef, undef, undef, undef, $kind) = unpack 'S S i S C', $from;
      push @seen, "frame $device " . unpack('H*', $frame) if $kind != PACKET_OUTGOING;
    }
  }
  while (defined recv($log, my $message, 65536, MSG_DONTWAIT)) { read_log($message) }
  die "Packets of the log were lost.\n" if $!{ENOBUFS};
}

sub send_sentinel {
  my $sentinel = pack('H12 H12 n x46', 'ffffffffffff', '020000000002', SENTINEL);
  while (1) {
    syswrite($sentinel_from, $sentinel) or die "sentinel: $!";
    my $waiting = '';
    vec($waiting, fileno $sentinel_to, 1) = 1;
    # The queue has no room for it while it is full.
    next unless select($waiting, undef, undef, 0.5);
    while (defined(recv($sentinel_to, my $frame, 2048, MSG_DONTWAIT))) {
      return if unpack('x12 n', $frame) == SENTINEL;
    }
  }
}

my %senders;

sub family_of { return $_[0] =~ /:/ ? AF_INET6 : AF_INET }

sub socket_address {
  my ($port, $address) = @_;
  my $packed = inet_pton(family_of($address), $address);
  return $address =~ /:/ ? pack_sockaddr_in6($port, $packed) : pack_sockaddr_in($port, $packed);
}

sub marked_socket {
  my ($family, $type, $protocol, $mark) = @_;
  socket(my $socket, $family, $type, $protocol) or die "socket: $!";
  setsockopt($socket, SOL_SOCKET, SO_MARK, pack('I', $mark)) or die "mark: $!";
  setsockopt($socket, SOL_SOCKET, SO_BROADCAST, 1);
  return $socket;
}

sub send_local {
  my ($mark, $source, $packet) = @_;
  my $sender = $senders{"$mark $source"} //= do {
    my $socket = marked_socket(family_of($source), SOCK_RAW, 255, $mark);
    bind($socket, socket_address(0, $source)) or die "$source: $!";
    $socket;
  };
  my $destination = ord($packet) >> 4 == 6 ? substr($packet, 24, 16) : substr($packet, 16, 4);
  my $to = length $destination == 4 ? pack_sockaddr_in(0, $destination) : pack_sockaddr_in6(0, $destination);
  send($sender, $packet, 0, $to) // push @seen, 'failed ' . ($! + 0) . ' ' . unpack('H*', $packet);
}

sub choose_source {
  my ($mark, $destination) = @_;
  my $socket = marked_socket(family_of($destination), SOCK_DGRAM, 0, $mark);
  return '-' if !connect($socket, socket_address(9, $destination));
  my $own = getsockname $socket;
  return $destination =~ /:/
    ? inet_ntop(AF_INET6, (unpack_sockaddr_in6($own))[1])
    : inet_ntoa((unpack_sockaddr_in($own))[1]);
}

print "ready\n";
my $sent = 0;
while (my $line = <STDIN>) {
  chomp $line;
  my ($command, @words) = split / /, $line;
  if ($command eq 'sync') {
    for (1 .. $rounds) { send_sentinel() }
    drain();
    print map { "$_\n" } splice(@seen), 'synced';
    next;
  }
  if ($command eq 'choose') { push @seen, 'chosen ' . choose_source(@words); next }
  if   ($command eq 'frame') { syswrite($links{ $words[0] }, pack('H*', $words[1])) or die "$words[0]: $!" }
  else                       { send_local($words[0], $words[1], pack('H*', $words[2])) }
  if (++$sent % $at_once == 0) { send_sentinel(); drain() }
}
