package main

import (
	"context"
	"fmt"
	"reflect"
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
	utiliptables "k8s.io/kubernetes/pkg/util/iptables"
)

// minSyncPeriod is what kube-proxy's configuration defaults to.
const minSyncPeriod = time.Second

// syncPeriod is longer than the program lives, so that only its own sync happens.
const syncPeriod = time.Hour

// newProxier makes kube-proxy's proxier of a mode for the family of the node's address.
func newProxier(ctx context.Context, mode string, config nodeConfig, ipset utilipset.Interface) (proxy.Provider, error) {
	family := config.family()
	protocol := utiliptables.ProtocolIPv4
	if family == v1.IPv6Protocol {
		protocol = utiliptables.ProtocolIPv6
	}
	const initOnly = false
	recorder := events.NewFakeRecorder(1000)
	switch mode {
	case "iptables":
		proxymetrics.RegisterMetrics(proxyconfig.ProxyModeIPTables)
		proxier, err := iptables.NewProxier(ctx, family, utiliptables.New(protocol), utilsysctl.New(), syncPeriod,
			minSyncPeriod, config.masqueradeAll, config.localhostNodePorts, config.masqueradeBit, config.localTraffic,
			config.name, config.ip, recorder, nil, config.nodePortAddresses, initOnly)
		if err == nil && !config.nfacct {
			withoutNfacct(proxier)
		}
		return proxier, err
	case "ipvs":
		proxymetrics.RegisterMetrics(proxyconfig.ProxyModeIPVS)
		return ipvs.NewProxier(ctx, family, utiliptables.New(protocol), utilipvs.New(), ipset, utilsysctl.New(),
			syncPeriod, minSyncPeriod, config.excludeCIDRs, config.strictARP, config.tcpTimeout, config.tcpFinTimeout,
			config.udpTimeout, config.masqueradeAll, config.masqueradeBit, config.localTraffic, config.name, config.ip,
			recorder, nil, config.scheduler, config.nodePortAddresses, initOnly)
	case "nftables":
		proxymetrics.RegisterMetrics(proxyconfig.ProxyModeNFTables)
		return nftables.NewProxier(ctx, family, syncPeriod, minSyncPeriod, config.masqueradeAll, config.masqueradeBit,
			config.localTraffic, config.name, config.ip, recorder, nil, config.nodePortAddresses, initOnly)
	}
	return nil, fmt.Errorf("unknown mode %q", mode)
}

// withoutNfacct makes a proxier what it is where the kernel cannot count with nfacct: one without a runner for it.
func withoutNfacct(proxier *iptables.Proxier) {
	runner := reflect.ValueOf(proxier).Elem().FieldByName("nfacct")
	reflect.NewAt(runner.Type(), runner.Addr().UnsafePointer()).Elem().SetZero()
}
