package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"time"

	discovery "k8s.io/api/discovery/v1"
	"k8s.io/kubernetes/pkg/proxy"
)

// measurement is one line of the bench's output.
type measurement struct {
	// Seconds from the objects in memory to the rules in the kernel.
	Seconds float64 `json:"seconds"`
}

// bench takes one command from each line of standard input, and answers each with one line of JSON:
//
//	full     the first sync of all objects
//	change   the first endpoint of the first slice gets another address; the sync of that
func bench(proxier proxy.Provider, slices []*discovery.EndpointSlice) error {
	output := json.NewEncoder(os.Stdout)
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		started := time.Now()
		switch input.Text() {
		case "full":
		case "change":
			before := slices[0]
			slices[0] = withOtherEndpoint(before)
			started = time.Now()
			proxier.OnEndpointSliceUpdate(before, slices[0])
		default:
			return fmt.Errorf("unknown command %q", input.Text())
		}
		if err := sync(proxier); err != nil {
			return err
		}
		if err := output.Encode(measurement{Seconds: time.Since(started).Seconds()}); err != nil {
			return err
		}
	}
	return input.Err()
}

// withOtherEndpoint is a slice with another address for its first endpoint: the last byte of it counts through 1 to 250
// in the next network.
func withOtherEndpoint(slice *discovery.EndpointSlice) *discovery.EndpointSlice {
	changed := slice.DeepCopy()
	ip := net.ParseIP(changed.Endpoints[0].Addresses[0])
	ip[len(ip)-2] = 255
	ip[len(ip)-1] = ip[len(ip)-1]%250 + 1
	changed.Endpoints[0].Addresses[0] = ip.String()
	return changed
}
