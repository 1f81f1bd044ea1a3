// The views of the gateway through Debian's golang-grpc-gateway: the other side of B4. Built by ../grpc_gateway.mjs.
package main

import (
	"context"
	"flag"
	"log"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc"

	portal "yaoshi/gateway/v1"
)

const maxAnswerBytes = 16 << 20

func main() {
	address := flag.String("address", "", "where HTTP is served, host:port")
	backend := flag.String("backend", "", "the gRPC address of Yaoshi's gateway, host:port")
	flag.Parse()
	// As our own door writes JSON: names of the protos, and every field.
	mux := runtime.NewServeMux(runtime.WithMarshalerOption(runtime.MIMEWildcard, &runtime.JSONPb{OrigName: true, EmitDefaults: true}))
	options := []grpc.DialOption{grpc.WithInsecure(), grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxAnswerBytes))}
	if err := portal.RegisterPortalServiceHandlerFromEndpoint(context.Background(), mux, *backend, options); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(*address, mux))
}
