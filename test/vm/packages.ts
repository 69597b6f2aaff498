/** A Debian or Ubuntu package and the reason that the project asks for it. */
export interface DebianPackage {
  readonly name: string;
  /** What it is for, in words for the person who is asked to install it. */
  readonly why: string;
}

/** What the machine itself needs so that the test node can be built, started and reached. */
export const debianPackages: readonly DebianPackage[] = [
  { name: 'qemu-system-x86', why: 'runs the test node, a virtual machine' },
  { name: 'qemu-utils', why: 'makes the disk layers that let the test node be reset in seconds (qemu-img)' },
  { name: 'mmdebstrap', why: 'builds the Debian system of the test node' },
  { name: 'debian-archive-keyring', why: 'verifies the Debian packages that go into the test node' },
  { name: 'uidmap', why: 'lets a user other than root build the system of the test node' },
  { name: 'fakeroot', why: 'keeps file owners right while the disk of the test node is made' },
  { name: 'e2fsprogs', why: 'makes the file system of the test node (mke2fs)' },
  { name: 'openssh-client', why: 'reaches the test node (ssh, ssh-keygen)' },
  { name: 'util-linux', why: 'locks the cache (flock) and ends the test node with its parent (setpriv)' },
];

/** What is installed in the test node. Node.js is left out on purpose: a Kubernetes node has none. */
export const guestPackages: readonly string[] = [
  'ca-certificates',
  'conntrack',
  'dbus',
  'iproute2',
  'ipset',
  'iptables',
  'ipvsadm',
  'kmod',
  'libpam-systemd',
  'linux-image-cloud-amd64',
  'netbase',
  'nfacct',
  'nftables',
  'openssh-server',
  'procps',
  'sudo',
  'systemd-sysv',
  'udev',
];
