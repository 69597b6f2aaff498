package main

import (
	"context"
	"fmt"
	"net"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/events"
	utilsysctl "k8s.io/component-helpers/node/util/sysctl"
	"k8s.io/kubernetes/pkg/proxy"
	proxyconfig "k8s.io/kubernetes/pkg/proxy/apis/config"
	"k8s.io/kubernetes/pkg/proxy/iptables"
	"k8s.io/kubernetes/pkg/proxy/ipvs"
	utilipset "k8s.io/kubernetes/pkg/proxy/ipvs/ipset"
	utilipvs "k8s.io/kubernetes/pkg/proxy/ipvs/util"
	proxymetrics "k8s.io/kubernetes/pkg/proxy/metrics"
	"k8s.io/kubernetes/pkg/proxy/nftables"
	proxyutil "k8s.io/kubernetes/pkg/proxy/util"
	utiliptables "k8s.io/kubernetes/pkg/util/iptables"
)

// What kube-proxy's configuration defaults to.
const (
	minSyncPeriod     = time.Second
	masqueradeBit     = 14
	localhostNodePort = true
)

// syncPeriod is longer than the program lives, so that only its own sync happens.
const syncPeriod = time.Hour

// nodeConfig is what kube-proxy knows about its node.
type nodeConfig struct {
	name        string
	zone        string
	ip          net.IP
	clusterCIDR string
}

func (config nodeConfig) family() v1.IPFamily {
	if config.ip.To4() == nil {
		return v1.IPv6Protocol
	}
	return v1.IPv4Protocol
}

// newProxier makes kube-proxy's proxier of a mode for the family of the node's address, with kube-proxy's defaults.
func newProxier(ctx context.Context, mode string, config nodeConfig) (proxy.Provider, error) {
	family := config.family()
	protocol := utiliptables.ProtocolIPv4
	if family == v1.IPv6Protocol {
		protocol = utiliptables.ProtocolIPv6
	}
	const masqueradeAll, initOnly = false, false
	localTraffic := proxyutil.NewDetectLocalByCIDR(config.clusterCIDR)
	recorder := events.NewFakeRecorder(1000)
	var nodePortAddresses []string
	switch mode {
	case "iptables":
		proxymetrics.RegisterMetrics(proxyconfig.ProxyModeIPTables)
		return iptables.NewProxier(ctx, family, utiliptables.New(protocol), utilsysctl.New(), syncPeriod, minSyncPeriod,
			masqueradeAll, localhostNodePort, masqueradeBit, localTraffic, config.name, config.ip, recorder, nil,
			nodePortAddresses, initOnly)
	case "ipvs":
		proxymetrics.RegisterMetrics(proxyconfig.ProxyModeIPVS)
		const strictARP, scheduler = false, ""
		return ipvs.NewProxier(ctx, family, utiliptables.New(protocol), utilipvs.New(), utilipset.New(), utilsysctl.New(),
			syncPeriod, minSyncPeriod, nil, strictARP, 0, 0, 0, masqueradeAll, masqueradeBit, localTraffic, config.name,
			config.ip, recorder, nil, scheduler, nodePortAddresses, initOnly)
	case "nftables":
		proxymetrics.RegisterMetrics(proxyconfig.ProxyModeNFTables)
		return nftables.NewProxier(ctx, family, syncPeriod, minSyncPeriod, masqueradeAll, masqueradeBit, localTraffic,
			config.name, config.ip, recorder, nil, nodePortAddresses, initOnly)
	}
	return nil, fmt.Errorf("unknown mode %q", mode)
}
