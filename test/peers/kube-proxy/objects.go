package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	v1 "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	"k8s.io/kubernetes/pkg/proxy/apis"
)

// maxLineBytes bounds one object; an API server takes no more than 3 MiB.
const maxLineBytes = 3 << 20

// clusterObjects is what kube-proxy watches in the API.
type clusterObjects struct {
	services []*v1.Service
	slices   []*discovery.EndpointSlice
}

// readObjects reads one object from each line, fills in what the API server would have, and leaves out what kube-proxy's
// watches leave out (Run of cmd/kube-proxy/app/server.go).
func readObjects(path string, family v1.IPFamily) (clusterObjects, error) {
	objects := clusterObjects{}
	file, err := os.Open(path)
	if err != nil {
		return objects, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, maxLineBytes)
	for number := 1; lines.Scan(); number++ {
		if err := objects.add(lines.Bytes(), family); err != nil {
			return objects, fmt.Errorf("%s:%d: %w", path, number, err)
		}
	}
	return objects, lines.Err()
}

func (objects *clusterObjects) add(line []byte, family v1.IPFamily) error {
	var head struct{ Kind string }
	if err := json.Unmarshal(line, &head); err != nil {
		return err
	}
	switch head.Kind {
	case "Service":
		service := &v1.Service{}
		if err := json.Unmarshal(line, service); err != nil {
			return err
		}
		setServiceDefaults(service, family)
		if _, isOthers := service.Labels[apis.LabelServiceProxyName]; !isOthers && service.Spec.ClusterIP != v1.ClusterIPNone {
			objects.services = append(objects.services, service)
		}
	case "EndpointSlice":
		slice := &discovery.EndpointSlice{}
		if err := json.Unmarshal(line, slice); err != nil {
			return err
		}
		setSliceDefaults(slice)
		if _, isHeadless := slice.Labels[v1.IsHeadlessService]; !isHeadless {
			objects.slices = append(objects.slices, slice)
		}
	default:
		return fmt.Errorf("unknown kind %q", head.Kind)
	}
	return nil
}

func setServiceDefaults(service *v1.Service, family v1.IPFamily) {
	spec := &service.Spec
	if spec.ClusterIPs == nil && spec.ClusterIP != "" {
		spec.ClusterIPs = []string{spec.ClusterIP}
	}
	if spec.IPFamilies == nil {
		spec.IPFamilies = []v1.IPFamily{family}
	}
	for i := range spec.Ports {
		if spec.Ports[i].Protocol == "" {
			spec.Ports[i].Protocol = v1.ProtocolTCP
		}
	}
	if spec.SessionAffinity == v1.ServiceAffinityClientIP && spec.SessionAffinityConfig == nil {
		timeout := v1.DefaultClientIPServiceAffinitySeconds
		spec.SessionAffinityConfig = &v1.SessionAffinityConfig{ClientIP: &v1.ClientIPConfig{TimeoutSeconds: &timeout}}
	}
}

func setSliceDefaults(slice *discovery.EndpointSlice) {
	for i := range slice.Ports {
		port := &slice.Ports[i]
		if port.Name == nil {
			name := ""
			port.Name = &name
		}
		if port.Protocol == nil {
			protocol := v1.ProtocolTCP
			port.Protocol = &protocol
		}
	}
}
