package webkit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

const (
	flashLimit   = 3000 // bytes; browsers keep cookies of 4096
	flashSeconds = 300
)

func (k *Kit) flashName() string {
	if k.Plain {
		return "flash"
	}
	return "__Host-flash"
}

// SetFlash leaves messages for the next page, in a signed cookie: it can be
// read by its bearer but not made by another. Messages beyond 3000 bytes are
// left out. Keep confidential content out of it.
func (k *Kit) SetFlash(w http.ResponseWriter, list ...Flash) {
	for len(list) > 0 {
		data, err := json.Marshal(list)
		if err != nil {
			return // two strings can be marshalled
		}
		value := base64.RawURLEncoding.EncodeToString(data)
		if len(value) <= flashLimit {
			k.flashCookie(w, value+"."+k.sign(value), flashSeconds)
			return
		}
		list = list[:len(list)-1]
	}
}

// TakeFlash reads the messages left for this page and removes them.
func (k *Kit) TakeFlash(w http.ResponseWriter, r *http.Request) []Flash {
	c, err := r.Cookie(k.flashName())
	if err != nil {
		return nil
	}
	k.flashCookie(w, "", -1)
	value, mac, _ := strings.Cut(c.Value, ".")
	if !hmac.Equal([]byte(mac), []byte(k.sign(value))) {
		return nil
	}
	data, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return nil
	}
	var list []Flash
	if json.Unmarshal(data, &list) != nil {
		return nil
	}
	return list
}

func (k *Kit) sign(value string) string {
	mac := hmac.New(sha256.New, k.Secret)
	mac.Write([]byte("flash\x00" + value))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (k *Kit) flashCookie(w http.ResponseWriter, value string, age int) {
	http.SetCookie(w, &http.Cookie{Name: k.flashName(), Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: !k.Plain, SameSite: http.SameSiteLaxMode})
}
