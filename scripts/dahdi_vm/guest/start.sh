# In the guest, after settings that the host has put before these lines (KERNEL, MACHINE, PROJECT, KEPT, FOLDER, COMMAND, and
# the environment): the last of the root, the driver, then the command. Its status goes to /out/status.

echo switchroom-vm > /proc/sys/kernel/hostname
"$MACHINE/busybox" ip link set lo up

# A temporary folder of its own; what is needed and lies in the host's is mounted into it.
mkdir -p /run/below
mount --bind / /run/below
mount -t tmpfs -o mode=1777 tmp /tmp
for folder in "${KEPT[@]}"; do
    mkdir -p "$folder"
    mount --bind "/run/below$folder" "$folder"
done
mount --bind "$PROJECT" "$PROJECT"
mount -o remount,bind,ro "$PROJECT"

mkdir -p "/lib/modules/$KERNEL"
mount --bind "$MACHINE/image/lib/modules/$KERNEL" "/lib/modules/$KERNEL"
export PATH=$MACHINE/tools/usr/sbin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LD_LIBRARY_PATH=$MACHINE/tools/usr/lib/x86_64-linux-gnu # libtonezone, for dahdi_cfg

# Without auto_assign_spans a span that is made has no channels until somebody assigns it.
modprobe dahdi auto_assign_spans=1 && modprobe -a dahdi_dynamic dahdi_dynamic_loc dahdi_echocan_mg2 dahdi_echocan_oslec
loaded=$?
dmesg --follow > /out/kernel.log & # as it comes: a machine that is ended at its limit leaves it, too
if [ $loaded = 0 ]; then
    echo "guest: DAHDI is loaded after $(cut -d' ' -f1 /proc/uptime) s"
    cd "$FOLDER" && "${COMMAND[@]}" < /dev/null
    status=$?
fi
[ $loaded = 0 ] && echo $status > /out/status
sync
echo o > /proc/sysrq-trigger
sleep 10
