// Reads a log that Madang published, with the libraries that the Go checksum database and its witnesses use.
//
// usage: judge <directory> <task.json>; prints what it found as JSON, or fails with the first thing it refuses.
package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	cosignature "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Task is what the test asks; hashes are hexadecimal.
type Task struct {
	LogKey     string      `json:"log_key"`
	SignerKey  string      `json:"signer_key"`
	Witnesses  []string    `json:"witnesses"`
	Inclusion  []Inclusion `json:"inclusion"`
	Consistent []Growth    `json:"consistency"`
	Paths      []Path      `json:"paths"`
}

type Inclusion struct {
	Index int64    `json:"index"`
	Size  int64    `json:"size"`
	Leaf  string   `json:"leaf"`
	Root  string   `json:"root"`
	Proof []string `json:"proof"`
}

type Growth struct {
	Old     int64    `json:"old"`
	New     int64    `json:"new"`
	OldRoot string   `json:"old_root"`
	NewRoot string   `json:"new_root"`
	Proof   []string `json:"proof"`
}

type Path struct {
	Level int    `json:"level"`
	Index int64  `json:"index"`
	Width int    `json:"width"`
	Path  string `json:"path"`
}

// Answer is what the test compares.
type Answer struct {
	Origin    string           `json:"origin"`
	Size      int64            `json:"size"`
	Cosigners map[string]int64 `json:"cosigners"`
	Signed    string           `json:"signed"`
	Leaves    int64            `json:"leaves"`
	Growths   int              `json:"growths"`
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func check(err error, what string) {
	if err != nil {
		panic(fmt.Errorf("%s: %w", what, err))
	}
}

func require(holds bool, what string) {
	if !holds {
		panic(what)
	}
}

func hash(text string) (result tlog.Hash) {
	require(copy(result[:], must(hex.DecodeString(text))) == tlog.HashSize, "a hash is not 32 bytes")
	return result
}

func hashes(texts []string) (result []tlog.Hash) {
	for _, text := range texts {
		result = append(result, hash(text))
	}
	return result
}

// path is Go's own path without the height of 8 that C2SP leaves out.
func path(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
}

// files reads tiles of exactly the width asked for.
type files struct {
	directory string
}

func (f files) Height() int { return 8 }

func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var result [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(f.directory, path(tile)))
		if err != nil {
			return nil, err
		}
		result = append(result, data)
	}
	return result, nil
}

// leaves reads every entry bundle of a log of that size.
func leaves(directory string, size int64) (result [][]byte) {
	for start := int64(0); start < size; start += 256 {
		width := min(256, size-start)
		tile := tlog.Tile{H: 8, L: 0, N: start / 256, W: int(width)}
		name := strings.Replace(path(tile), "tile/0/", "tile/entries/", 1)
		data := must(os.ReadFile(filepath.Join(directory, name)))
		for len(data) > 0 {
			length := int(data[0])<<8 | int(data[1])
			result = append(result, data[2:2+length])
			data = data[2+length:]
		}
	}
	return result
}

func main() {
	directory := os.Args[1]
	var task Task
	check(json.Unmarshal(must(os.ReadFile(os.Args[2])), &task), "task")

	verifiers := []note.Verifier{must(note.NewVerifier(task.LogKey))}
	for _, witness := range task.Witnesses {
		verifiers = append(verifiers, must(cosignature.NewVerifierForCosignatureV1(witness)))
	}
	raw := must(os.ReadFile(filepath.Join(directory, "checkpoint")))
	opened, err := note.Open(raw, note.VerifierList(verifiers...))
	check(err, "checkpoint")
	require(len(opened.UnverifiedSigs) == 0, "a signature was not recognised")
	lines := strings.Split(opened.Text, "\n")
	require(len(lines) == 4 && lines[3] == "", "the checkpoint does not have three lines")
	size := must(strconv.ParseInt(lines[1], 10, 64))
	var root tlog.Hash
	require(copy(root[:], must(base64.StdEncoding.DecodeString(lines[2]))) == tlog.HashSize, "root")

	answer := Answer{Origin: lines[0], Size: size, Cosigners: map[string]int64{}}
	for _, signature := range opened.Sigs[1:] {
		answer.Cosigners[signature.Name] = must(cosignature.CoSigV1Timestamp(signature)).Unix()
	}
	again := &note.Note{Text: opened.Text}
	answer.Signed = string(must(note.Sign(again, must(note.NewSigner(task.SignerKey)))))

	tree := tlog.Tree{N: size, Hash: root}
	tiles := files{directory}
	reader := tlog.TileHashReader(tree, tiles)
	require(must(tlog.TreeHash(size, reader)) == root, "the tiles do not hash to the root")
	all := leaves(directory, size)
	require(int64(len(all)) == size, "the bundles do not hold as many leaves as the checkpoint says")
	places := make([]int64, len(all))
	for index := range all {
		places[index] = tlog.StoredHashIndex(0, int64(index))
	}
	for index, found := range must(reader.ReadHashes(places)) {
		require(found == tlog.RecordHash(all[index]), fmt.Sprintf("leaf %d does not hash to its tile", index))
		answer.Leaves++
	}

	for _, item := range task.Inclusion {
		require(must(tlog.TreeHash(item.Size, reader)) == hash(item.Root), "root of an earlier size")
		proof := must(tlog.ProveRecord(item.Size, item.Index, reader))
		require(fmt.Sprint(proof) == fmt.Sprint(tlog.RecordProof(hashes(item.Proof))), "another inclusion proof")
		check(tlog.CheckRecord(hashes(item.Proof), item.Size, hash(item.Root), item.Index, hash(item.Leaf)), "inclusion")
	}
	for _, item := range task.Consistent {
		proof := must(tlog.ProveTree(item.New, item.Old, reader))
		require(fmt.Sprint(proof) == fmt.Sprint(tlog.TreeProof(hashes(item.Proof))), "another consistency proof")
		check(tlog.CheckTree(hashes(item.Proof), item.New, hash(item.NewRoot), item.Old, hash(item.OldRoot)), "consistency")
		answer.Growths++
	}
	for _, item := range task.Paths {
		tile := tlog.Tile{H: 8, L: item.Level, N: item.Index, W: item.Width}
		require(path(tile) == item.Path, "path "+item.Path+" should be "+path(tile))
	}
	check(json.NewEncoder(os.Stdout).Encode(answer), "answer")
}
