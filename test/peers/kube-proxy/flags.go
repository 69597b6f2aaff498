package main

import (
	"flag"
	"fmt"
	"net"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	proxyconfig "k8s.io/kubernetes/pkg/proxy/apis/config"
	proxyutil "k8s.io/kubernetes/pkg/proxy/util"
)

// nodeConfig is what kube-proxy knows about its node, and how it is configured.
type nodeConfig struct {
	name               string
	zone               string
	ip                 net.IP
	localTraffic       proxyutil.LocalTrafficDetector
	nodePortAddresses  []string
	serviceCIDRs       []string
	masqueradeAll      bool
	masqueradeBit      int
	localhostNodePorts bool
	nfacct             bool
	scheduler          string
	strictARP          bool
	excludeCIDRs       []string
	tcpTimeout         time.Duration
	tcpFinTimeout      time.Duration
	udpTimeout         time.Duration
}

func (config nodeConfig) family() v1.IPFamily {
	if config.ip.To4() == nil {
		return v1.IPv6Protocol
	}
	return v1.IPv4Protocol
}

// nodeFlags are the flags that say a nodeConfig. Their defaults are kube-proxy's.
type nodeFlags struct {
	plain             nodeConfig
	nodeIP            string
	clusterCIDR       string
	bridgeInterface   string
	interfacePrefix   string
	nodePortAddresses string
	serviceCIDRs      string
	excludeCIDRs      string
}

func defineFlags(set *flag.FlagSet) *nodeFlags {
	flags := &nodeFlags{}
	plain := &flags.plain
	set.StringVar(&flags.nodeIP, "node-ip", "10.0.2.15", "the node's address; its family is the one that is programmed")
	set.StringVar(&plain.name, "node", "testnode", "the node's name")
	set.StringVar(&plain.zone, "zone", "zone-a", "the node's topology.kubernetes.io/zone")
	set.StringVar(&flags.clusterCIDR, "cluster-cidr", "10.244.0.0/16", "addresses of pods; empty for none")
	set.StringVar(&flags.bridgeInterface, "bridge-interface", "", "tells pods by their bridge, instead of -cluster-cidr")
	set.StringVar(&flags.interfacePrefix, "interface-prefix", "", "tells pods by their interface, instead of -cluster-cidr")
	set.StringVar(&flags.nodePortAddresses, "nodeport-addresses", "", "CIDRs, or primary; empty for the mode's default")
	set.StringVar(&flags.serviceCIDRs, "service-cidrs", "", "what the API's ServiceCIDRs hold; empty for not known")
	set.BoolVar(&plain.masqueradeAll, "masquerade-all", false, "masquerade all traffic to Services")
	set.IntVar(&plain.masqueradeBit, "masquerade-bit", 14, "the bit of the packet mark")
	set.BoolVar(&plain.localhostNodePorts, "localhost-nodeports", true, "node ports on loopback, in iptables mode")
	set.BoolVar(&plain.nfacct, "nfacct", true, "count dropped and accepted packets, in iptables mode")
	set.StringVar(&plain.scheduler, "scheduler", "", "of ipvs; empty for rr")
	set.BoolVar(&plain.strictARP, "strict-arp", false, "of ipvs")
	set.StringVar(&flags.excludeCIDRs, "exclude-cidrs", "", "CIDRs that ipvs leaves alone")
	set.DurationVar(&plain.tcpTimeout, "tcp-timeout", 0, "of ipvs")
	set.DurationVar(&plain.tcpFinTimeout, "tcpfin-timeout", 0, "of ipvs")
	set.DurationVar(&plain.udpTimeout, "udp-timeout", 0, "of ipvs")
	return flags
}

// config is what the flags say once they are parsed.
func (flags *nodeFlags) config(mode string) (nodeConfig, error) {
	config := flags.plain
	config.ip = net.ParseIP(flags.nodeIP)
	if config.ip == nil {
		return config, fmt.Errorf("-node-ip is no IP address")
	}
	config.localTraffic = flags.localTraffic()
	config.nodePortAddresses = splitList(flags.nodePortAddresses)
	config.serviceCIDRs = splitList(flags.serviceCIDRs)
	config.excludeCIDRs = splitList(flags.excludeCIDRs)
	// From here as kube-proxy's command does before it makes a proxier (cmd/kube-proxy/app).
	if mode == string(proxyconfig.ProxyModeNFTables) && len(config.nodePortAddresses) == 0 {
		config.nodePortAddresses = []string{proxyconfig.NodePortAddressesPrimary}
	}
	if len(config.nodePortAddresses) == 1 && config.nodePortAddresses[0] == proxyconfig.NodePortAddressesPrimary {
		config.nodePortAddresses = config.primaryAddress()
	}
	return config, nil
}

// primaryAddress is the node's own address as a CIDR; a loopback address is none.
func (config nodeConfig) primaryAddress() []string {
	if config.ip.IsLoopback() {
		return nil
	}
	if config.family() == v1.IPv4Protocol {
		return []string{config.ip.String() + "/32"}
	}
	return []string{config.ip.String() + "/128"}
}

func (flags *nodeFlags) localTraffic() proxyutil.LocalTrafficDetector {
	switch {
	case flags.bridgeInterface != "":
		return proxyutil.NewDetectLocalByBridgeInterface(flags.bridgeInterface)
	case flags.interfacePrefix != "":
		return proxyutil.NewDetectLocalByInterfaceNamePrefix(flags.interfacePrefix)
	case flags.clusterCIDR != "":
		return proxyutil.NewDetectLocalByCIDR(flags.clusterCIDR)
	}
	return proxyutil.NewNoOpLocalDetector()
}

func splitList(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}
