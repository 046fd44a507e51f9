// Judges blind signatures with CIRCL, which plays both parts: it signs what was blinded here, and blinds what is signed
// here.
//
// It reads two lines of JSON and answers each with one, or fails with the first thing that it refuses. Bytes and numbers
// are hexadecimal.
package main

import (
	"bufio"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"os"

	"github.com/cloudflare/circl/blindsign/blindrsa"
)

// Start brings the signer's key, what was blinded for it, and the message that the judge has signed for itself.
type Start struct {
	Modulus  string   `json:"modulus"`
	Exponent int      `json:"exponent"`
	Private  string   `json:"private"`
	Primes   []string `json:"primes"`
	Blinded  string   `json:"blinded"`
	Message  string   `json:"message"`
}

// Begun is what the judge signed, and what it blinded.
type Begun struct {
	Signed   string `json:"signed"`
	Prepared string `json:"prepared"`
	Blinded  string `json:"blinded"`
}

// End brings what was unblinded here, and what was signed here for the judge.
type End struct {
	Prepared  string `json:"prepared"`
	Signature string `json:"signature"`
	Signed    string `json:"signed"`
}

// Ended is what the judge unblinded.
type Ended struct {
	Signature string `json:"signature"`
}

func main() {
	lines := bufio.NewReader(os.Stdin)
	var start Start
	read(lines, &start)
	key := private(start)

	signed, err := blindrsa.NewSigner(key).BlindSign(data(start.Blinded))
	check(err)
	client, err := blindrsa.NewClient(blindrsa.SHA384PSSRandomized, &key.PublicKey)
	check(err)
	prepared, err := client.Prepare(rand.Reader, data(start.Message))
	check(err)
	blinded, state, err := client.Blind(rand.Reader, prepared)
	check(err)
	write(Begun{hex.EncodeToString(signed), hex.EncodeToString(prepared), hex.EncodeToString(blinded)})

	var end End
	read(lines, &end)
	check(client.Verify(data(end.Prepared), data(end.Signature)))
	signature, err := client.Finalize(state, data(end.Signed))
	check(err)
	write(Ended{hex.EncodeToString(signature)})
}

func private(start Start) *rsa.PrivateKey {
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: number(start.Modulus), E: start.Exponent},
		D:         number(start.Private),
	}
	for _, prime := range start.Primes {
		key.Primes = append(key.Primes, number(prime))
	}
	key.Precompute()
	check(key.Validate())
	return key
}

func data(text string) []byte {
	bytes, err := hex.DecodeString(text)
	check(err)
	return bytes
}

func number(text string) *big.Int {
	return new(big.Int).SetBytes(data(text))
}

func read(lines *bufio.Reader, into any) {
	line, err := lines.ReadBytes('\n')
	check(err)
	check(json.Unmarshal(line, into))
}

func write(answer any) {
	check(json.NewEncoder(os.Stdout).Encode(answer))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
