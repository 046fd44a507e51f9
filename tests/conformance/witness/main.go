// Go's side of the protocol of witnesses, made of other people's code: a log of Tessera's that asks witnesses, a witness
// of sumdb's tree and transparency-dev's cosignatures, and a reader of cosigned checkpoints.
//
// usage:
//
//	peer log <folder> <secret key> <policy> <leaves>       adds leaves; prints the checkpoint once the policy is met
//	peer witness <address> <log key> <secret key>          serves POST /add-checkpoint until it is ended
//	peer open <checkpoint> <log key> <witness key>...      verifies all signatures; prints names and times as JSON
package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	cosignature "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func log(folder, secret, policy, leaves string) {
	ctx, end := context.WithTimeout(context.Background(), 30*time.Second)
	defer end()
	witnesses := must(tessera.NewWitnessGroupFromPolicy(must(os.ReadFile(policy))))
	options := tessera.NewAppendOptions().
		WithCheckpointSigner(must(note.NewSigner(secret))).
		WithCheckpointInterval(100*time.Millisecond).
		WithBatching(16, 10*time.Millisecond).
		WithWitnesses(witnesses, nil)
	driver := must(posix.New(ctx, posix.Config{Path: folder}))
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, options)
	must(0, err)
	published := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 50*time.Millisecond)
	var checkpoint []byte
	for number := range must(strconv.Atoi(leaves)) {
		leaf := tessera.NewEntry(fmt.Appendf(nil, "leaf %d of %s", number, time.Now()))
		_, checkpoint, err = published.Await(ctx, appender.Add(ctx, leaf))
		must(0, err)
	}
	must(0, shutdown(ctx))
	fmt.Print(string(checkpoint))
}

// witness holds what it signed last in memory.
type witness struct {
	log    note.Verifier
	signer note.Signer
	lock   sync.Mutex
	tree   tlog.Tree
}

func (w *witness) add(body string) (int, string, string) {
	head, text, found := strings.Cut(body, "\n\n")
	lines := strings.Split(head, "\n")
	old, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "old "), 10, 64)
	if !found || err != nil {
		return http.StatusBadRequest, "", ""
	}
	var proof tlog.TreeProof
	for _, line := range lines[1:] {
		var hash tlog.Hash
		data, err := base64.StdEncoding.DecodeString(line)
		if err != nil || copy(hash[:], data) != tlog.HashSize {
			return http.StatusBadRequest, "", ""
		}
		proof = append(proof, hash)
	}
	opened, err := note.Open([]byte(text), note.VerifierList(w.log))
	if err != nil {
		return http.StatusForbidden, "", ""
	}
	parts := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || old > size {
		return http.StatusBadRequest, "", ""
	}
	var root tlog.Hash
	copy(root[:], must(base64.StdEncoding.DecodeString(parts[2])))

	w.lock.Lock()
	defer w.lock.Unlock()
	if old != w.tree.N {
		return http.StatusConflict, "text/x.tlog.size", fmt.Sprintf("%d\n", w.tree.N)
	}
	if old == size && old > 0 && root != w.tree.Hash {
		return http.StatusUnprocessableEntity, "", ""
	}
	if old > 0 && old < size {
		if err := tlog.CheckTree(proof, size, root, old, w.tree.Hash); err != nil {
			return http.StatusUnprocessableEntity, "", ""
		}
	}
	signed := must(note.Sign(&note.Note{Text: opened.Text}, w.signer))
	w.tree = tlog.Tree{N: size, Hash: root}
	_, line, _ := bytes.Cut(signed, []byte("\n\n"))
	return http.StatusOK, "text/plain", string(line)
}

func (w *witness) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	body := must(io.ReadAll(http.MaxBytesReader(response, request.Body, 1<<16)))
	status, kind, answer := w.add(string(body))
	response.Header().Set("Content-Type", kind)
	response.WriteHeader(status)
	io.WriteString(response, answer)
}

func serve(address, logKey, secret string) {
	routes := http.NewServeMux()
	routes.Handle("POST /add-checkpoint", &witness{
		log: must(note.NewVerifier(logKey)), signer: must(cosignature.NewSignerForCosignatureV1(secret)),
	})
	server := &http.Server{Handler: routes, ReadTimeout: 10 * time.Second}
	must(0, server.Serve(must(net.Listen("tcp", address))))
}

func open(file, logKey string, witnesses []string) {
	verifiers := []note.Verifier{must(note.NewVerifier(logKey))}
	for _, key := range witnesses {
		verifiers = append(verifiers, must(cosignature.NewVerifierForCosignatureV1(key)))
	}
	opened := must(note.Open(must(os.ReadFile(file)), note.VerifierList(verifiers...)))
	times := map[string]int64{}
	for _, signature := range opened.Sigs[1:] {
		times[signature.Name] = must(cosignature.CoSigV1Timestamp(signature)).Unix()
	}
	must(0, json.NewEncoder(os.Stdout).Encode(map[string]any{
		"text": opened.Text, "log": opened.Sigs[0].Name, "cosigners": times, "unknown": len(opened.UnverifiedSigs),
	}))
}

func main() {
	switch arguments := os.Args[2:]; os.Args[1] {
	case "log":
		log(arguments[0], arguments[1], arguments[2], arguments[3])
	case "witness":
		serve(arguments[0], arguments[1], arguments[2])
	case "open":
		open(arguments[0], arguments[1], arguments[2:])
	}
}
