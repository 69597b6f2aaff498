import { couldNotBegin } from '../planStep.ts';

/**
 * Does what `ipvsadm -R` does, as far as plans need it, in a fourth of the time: ipvsadm opens a socket and looks up
 * ip_vs for every line, this sends some hundred commands at once. With ipvsadm those lines take two thirds of a full
 * apply's time. Perl is on every Debian and Ubuntu (perl-base is essential), and Node.js cannot open such a socket.
 *
 * Nothing is sent before all lines are understood. Like ipvsadm it goes on after an error of the kernel, and words it on
 * standard error. The numbers are those of linux/netlink.h, linux/genetlink.h and linux/ip_vs.h.
 */
const program = String.raw`
my %protocols = ('-t' => 6, '-u' => 17, '--sctp-service' => 132);
my %commands = (A => 1, E => 2, D => 3, a => 5, e => 6, d => 7);
my %flags = ('flag-1' => 8, 'sh-fallback' => 8, 'mh-fallback' => 8, 'flag-2' => 16, 'sh-port' => 16, 'mh-port' => 16, 'flag-3' => 32);

sub give_up {
  print STDERR "@_\n";
  exit ${couldNotBegin};
}

# Ends midway.
sub stop {
  print STDERR "@_\n";
  exit 1;
}

# A netlink attribute with its padding.
sub attribute {
  my ($type, $value) = @_;
  my $length = 4 + length $value;
  return pack('SSa*', $length, $type, $value) . "\0" x (-$length & 3);
}

# Family, address and port of 10.0.0.1:80 or [fd00::1]:80.
sub address {
  return (2, pack('C4', $1, $2, $3, $4), $5) if $_[0] =~ /^(\d+)\.(\d+)\.(\d+)\.(\d+):(\d+)$/;
  $_[0] =~ /^\[(.+)\]:(\d+)$/ or give_up("no address: $_[0]");
  require Socket;
  return (10, Socket::inet_pton(10, $1), $2);
}

# What names a virtual server.
sub service {
  my ($option, $virtual) = @_;
  my $protocol = $protocols{$option} or give_up("no protocol: $option");
  my ($family, $ip, $port) = address($virtual);
  return pack('SSSx2 SSSx2 SSa16 SSnx2', 6, 1, $family, 6, 2, $protocol, 20, 3, $ip, 6, 4, $port);
}

# What a virtual server is like.
sub settings {
  my ($text, $service) = @_;
  my ($scheduler, $seconds, $mask, $once, $names) = $text =~ /^ -s (\S+)(?: -p (\d+))?(?: -M (\S+))?( -o)?(?: -b (\S+))?$/
    or give_up("not understood:$text");
  my $bits = (defined $seconds ? 1 : 0) | ($once ? 4 : 0);
  $bits |= $flags{$_} || give_up("no flag: $_") for split /,/, defined $names ? $names : '';
  my $is_six = unpack('x4S', $service) == 10;
  my $whole = $is_six ? 128 : 0xffffffff;
  my $netmask = !defined $mask ? $whole : $is_six ? $mask : unpack('L', pack('C4', split /\./, $mask));
  return attribute(6, "$scheduler\0")
    . pack('SSLL SSL SSL', 12, 7, $bits, 0xffffffff, 8, 8, $seconds || 0, 8, 9, $netmask);
}

# A real server, with its weight unless it is named only; forwarding is by masquerade.
sub real_server {
  my ($text) = @_;
  my ($real, $weight) = $text =~ /^ -r (\S+)(?: -m -w (\d+))?$/ or give_up("not understood:$text");
  my ($family, $ip, $port) = address($real);
  my $named = pack('SSa16 SSnx2 SSSx2', 20, 1, $ip, 6, 2, $port, 6, 11, $family);
  return $named if !defined $weight;
  return $named . pack('SSL SSL SSL SSL', 8, 3, 0, 8, 4, $weight, 8, 5, 0, 8, 6, 0);
}

my ($current, $service, @lines, @messages) = ('');
while (my $line = <STDIN>) {
  my ($letter, $named, $rest) = $line =~ /^-([AEDaed]) (\S+ \S+)(.*)$/ or give_up("not understood: $line");
  if ($named ne $current) {
    $current = $named;
    $service = service(split / /, $named);
  }
  my $body;
  if ($letter eq 'D') { $body = attribute(1, $service) }
  elsif ($letter =~ /[AE]/) { $body = attribute(1, $service . settings($rest, $service)) }
  else { $body = attribute(1, $service) . attribute(2, real_server($rest)) }
  push @lines, $line;
  push @messages, pack('CCS', $commands{$letter}, 1, 0) . $body;
}

my ($kernel, $answer, $ip_vs);
socket($kernel, 16, 3, 16) && bind($kernel, pack('SSLL', 16, 0, 0, 0)) or give_up("no netlink: $!");
setsockopt($kernel, 1, 33, pack('L', 1 << 22));
my $question = pack('CCS', 3, 1, 0) . attribute(2, "IPVS\0");
syswrite($kernel, pack('LSSLL', 16 + length $question, 16, 1, 0, 0) . $question) && sysread($kernel, $answer, 65536)
  or give_up("no answer: $!");
if (unpack('x4S', $answer) != 2) {
  for (my $at = 20; $at + 6 <= length $answer;) {
    my ($length, $type, $value) = unpack("x$at SSS", $answer);
    $ip_vs = $value if $type == 1;
    $at += ($length + 3 & ~3) || last;
  }
}
give_up('no ip_vs') if !$ip_vs;

my ($refused, $sent) = (0, 0);
while ($sent < @messages) {
  my $batch = '';
  while ($sent < @messages && length $batch < 60000) {
    my $message = $messages[$sent++];
    $batch .= pack('LSSLL', 16 + length $message, $ip_vs, 1, $sent, 0) . $message;
  }
  my $taken = syswrite($kernel, $batch);
  stop("not sent: $!") if !defined $taken || $taken != length $batch;
  # The kernel has done it all when it takes it, and answers to errors alone.
  while (defined recv($kernel, my $words, 1 << 20, 64)) {
    for (my $at = 0; $at + 20 <= length $words;) {
      my ($length, $type, $number, $code) = unpack("x$at LSx2Lx4l", $words);
      if ($type == 2 && $code != 0) {
        $refused = 1;
        $! = -$code;
        print STDERR "$!: $lines[$number - 1]";
      }
      $at += ($length + 3 & ~3) || last;
    }
  }
  stop("answers lost: $!") if $! != 11;
}
exit $refused;
`;

/** Reads from standard input what `ipvsadm -R` would. */
export const quickIpvsadm: readonly [program: string, ...args: string[]] = ['perl', '-e', program];
