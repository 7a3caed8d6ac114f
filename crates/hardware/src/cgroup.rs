//! Limits of a Linux container or service: control groups v1, v2, both (hybrid), or none.
//!
//! `/proc/self/cgroup` names our group in each tree and `/proc/self/mountinfo` says where the trees are mounted. A limit on a
//! group binds everything below it, so the tightest one from our group up to the top of the mount counts:
//!
//! ```text
//! limit = min over groups of memory.max, memory.high        (v1: memory.limit_in_bytes)
//! room  = min over limited groups of limit - (used - inactive file pages)
//! cores = min over groups of quota / period                 (v2: cpu.max, v1: cpu.cfs_quota_us / cpu.cfs_period_us)
//! ```
//! Source: Linux kernel documentation, admin-guide/cgroup-v2 and admin-guide/cgroup-v1/memory.

use crate::linux::Files;
use crate::machine::{CgroupVersion, Container, Reading};

/// What control groups leave this process. A limit of at least the installed memory (`physical_bytes`) is no limit.
pub(crate) fn container(files: Files<'_>, physical_bytes: Option<u64>) -> Container {
    let Some(groups) = files("/proc/self/cgroup") else {
        return Container::none("no /proc/self/cgroup");
    };
    let mounts = files("/proc/self/mountinfo")
        .map(|text| mounts(&text))
        .unwrap_or_default();
    let memory = tree(&groups, &mounts, "memory");
    let cpu = tree(&groups, &mounts, "cpu");
    let Some(memory) = memory else {
        let reason = "no control group with a memory controller is mounted";
        return Container {
            cpu_quota_cores: cpu_quota(files, cpu.as_ref()),
            ..Container::none(reason)
        };
    };
    let has_unified = mounts.iter().any(|mount| mount.unified);
    let version = match (memory.unified, has_unified) {
        (true, _) => CgroupVersion::V2,
        (false, true) => CgroupVersion::Hybrid,
        (false, false) => CgroupVersion::V1,
    };
    let limits = memory_limits(files, &memory, physical_bytes.unwrap_or(u64::MAX));
    let limit_bytes = limits.iter().map(|limit| limit.bytes).min();
    let room_bytes = limits
        .iter()
        .map(|limit| limit.room_bytes)
        .collect::<Option<Vec<u64>>>();
    Container {
        version: Reading::Known(version),
        memory_limit_bytes: Reading::from_option(limit_bytes, "no memory limit is set"),
        memory_room_bytes: match limit_bytes {
            None => Reading::absent("no memory limit is set"),
            Some(_) => Reading::from_option(
                room_bytes.and_then(|rooms| rooms.into_iter().min()),
                "memory use cannot be read",
            ),
        },
        cpu_quota_cores: cpu_quota(files, cpu.as_ref()),
    }
}

/// Where one tree of control groups is mounted.
struct Mount {
    /// The group that the mount point shows.
    root: String,
    /// The folder of that group.
    point: String,
    /// v2: one tree for all controllers.
    unified: bool,
    /// v1: the controllers of this tree.
    controllers: Vec<String>,
}

/// Our group for one controller, and all groups above it that we can see.
struct Tree {
    unified: bool,
    /// Folders from our own group upwards.
    folders: Vec<String>,
}

/// The control group mounts: `id parent dev root point options [optional...] - type source super-options`.
fn mounts(mountinfo: &str) -> Vec<Mount> {
    mountinfo
        .lines()
        .filter_map(|line| {
            let (front, back) = line.split_once(" - ")?;
            let mut front = front.split(' ').skip(3);
            let (root, point) = (unescape(front.next()?), unescape(front.next()?));
            let mut back = back.split(' ');
            let unified = match back.next()? {
                "cgroup2" => true,
                "cgroup" => false,
                _ => return None,
            };
            let controllers = back
                .nth(1)
                .unwrap_or_default()
                .split(',')
                .map(str::to_owned)
                .collect();
            Some(Mount {
                root,
                point,
                unified,
                controllers,
            })
        })
        .collect()
}

/// Undoes the kernel's octal escapes of blanks in paths.
fn unescape(path: &str) -> String {
    path.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\")
}

/// Our group for `controller`: the v1 tree that has it, else the unified tree.
fn tree(groups: &str, mounts: &[Mount], controller: &str) -> Option<Tree> {
    let path_of = |unified: bool| {
        groups.lines().find_map(|line| {
            let mut parts = line.splitn(3, ':');
            let (id, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
            let ours = if unified {
                id == "0" && controllers.is_empty()
            } else {
                controllers.split(',').any(|c| c == controller)
            };
            ours.then_some(path)
        })
    };
    let find = |unified: bool| {
        let path = path_of(unified)?;
        let mount = mounts.iter().find(|mount| {
            mount.unified == unified
                && (unified || mount.controllers.iter().any(|name| name == controller))
        })?;
        Some(Tree {
            unified,
            folders: folders(path, mount),
        })
    };
    find(false).or_else(|| find(true))
}

/// The folders of our group and of those above it. The kernel gives the group's path from the top of the tree, but the mount may
/// show only a part of the tree (`root`); if our group lies outside that part, the mount point is the best we can see.
fn folders(path: &str, mount: &Mount) -> Vec<String> {
    let inside = match mount.root.trim_end_matches('/') {
        "" => path,
        root => path
            .strip_prefix(root)
            .filter(|rest| rest.is_empty() || rest.starts_with('/'))
            .unwrap_or("/"),
    };
    let mut inside = if inside.split('/').any(|part| part == "..") {
        ""
    } else {
        inside.trim_end_matches('/')
    };
    let mut folders = Vec::new();
    loop {
        folders.push(format!("{}{inside}", mount.point.trim_end_matches('/')));
        match inside.rfind('/') {
            Some(slash) => inside = &inside[..slash],
            None => return folders,
        }
    }
}

/// A memory limit on one group and what is left under it.
struct MemoryLimit {
    bytes: u64,
    room_bytes: Option<u64>,
}

fn memory_limits(files: Files<'_>, tree: &Tree, physical_bytes: u64) -> Vec<MemoryLimit> {
    let (limits, used, inactive): (&[&str], _, _) = if tree.unified {
        (
            &["memory.max", "memory.high"],
            "memory.current",
            "inactive_file ",
        )
    } else {
        (
            &["memory.limit_in_bytes"],
            "memory.usage_in_bytes",
            "total_inactive_file ",
        )
    };
    tree.folders
        .iter()
        .filter_map(|folder| {
            let number = |name: &str| {
                files(&format!("{folder}/{name}"))?
                    .trim()
                    .parse::<u64>()
                    .ok()
            };
            // "max" in v2 is no number; "no limit" in v1 is a number beyond any memory.
            let bytes = limits
                .iter()
                .filter_map(|name| number(name))
                .min()
                .filter(|&bytes| bytes < physical_bytes)?;
            let droppable = files(&format!("{folder}/memory.stat"))
                .and_then(|text| {
                    text.lines()
                        .find_map(|line| line.strip_prefix(inactive)?.trim().parse::<u64>().ok())
                })
                .unwrap_or(0);
            let room_bytes =
                number(used).map(|used| bytes.saturating_sub(used.saturating_sub(droppable)));
            Some(MemoryLimit { bytes, room_bytes })
        })
        .collect()
}

fn cpu_quota(files: Files<'_>, tree: Option<&Tree>) -> Reading<f64> {
    let Some(tree) = tree else {
        return Reading::absent("no control group with a processor controller is mounted");
    };
    let quota = |folder: &String| {
        let text = |name: &str| files(&format!("{folder}/{name}"));
        let (quota, period) = if tree.unified {
            let text = text("cpu.max")?;
            let (quota, period) = text.trim().split_once(' ')?;
            (quota.parse::<f64>().ok()?, period.parse::<f64>().ok()?)
        } else {
            (
                text("cpu.cfs_quota_us")?.trim().parse().ok()?,
                text("cpu.cfs_period_us")?.trim().parse().ok()?,
            )
        };
        (quota > 0.0 && period > 0.0).then_some(quota / period)
    };
    let cores = tree.folders.iter().filter_map(quota).min_by(f64::total_cmp);
    Reading::from_option(cores, "no processor quota is set")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linux::tests::files;

    const GIB: u64 = 1 << 30;

    fn check(
        tree: &str,
        version: CgroupVersion,
        limit_bytes: Option<u64>,
        room_bytes: Option<u64>,
        cores: Option<f64>,
    ) {
        let container = container(&files(tree), Some(64 * GIB));
        assert_eq!(container.version, Reading::Known(version), "{tree}");
        assert_eq!(
            container.memory_limit_bytes.known().copied(),
            limit_bytes,
            "{tree}"
        );
        assert_eq!(
            container.memory_room_bytes.known().copied(),
            room_bytes,
            "{tree}"
        );
        assert_eq!(container.cpu_quota_cores.known().copied(), cores, "{tree}");
    }

    #[test]
    fn v2_in_a_container_with_its_own_namespace() {
        check(
            "/proc/self/cgroup = 0::/
             /proc/self/mountinfo = 29 24 0:25 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate
             /sys/fs/cgroup/memory.max = 4294967296
             /sys/fs/cgroup/memory.high = max
             /sys/fs/cgroup/memory.current = 2147483648
             /sys/fs/cgroup/memory.stat = anon 1073741824|inactive_file 1073741824|active_file 0
             /sys/fs/cgroup/cpu.max = 150000 100000",
            CgroupVersion::V2,
            Some(4 * GIB),
            Some(3 * GIB),
            Some(1.5),
        );
    }

    #[test]
    fn v2_takes_the_tightest_limit_on_the_way_up() {
        check(
            "/proc/self/cgroup = 0::/user.slice/user-1000.slice/app.scope
             /proc/self/mountinfo = 29 24 0:25 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw
             /sys/fs/cgroup/user.slice/user-1000.slice/app.scope/memory.max = max
             /sys/fs/cgroup/user.slice/user-1000.slice/memory.max = 17179869184
             /sys/fs/cgroup/user.slice/user-1000.slice/memory.high = 8589934592
             /sys/fs/cgroup/user.slice/user-1000.slice/memory.current = 1073741824
             /sys/fs/cgroup/user.slice/memory.max = 34359738368
             /sys/fs/cgroup/user.slice/memory.current = 30064771072
             /sys/fs/cgroup/user.slice/user-1000.slice/app.scope/cpu.max = max 100000
             /sys/fs/cgroup/user.slice/cpu.max = 400000 100000",
            CgroupVersion::V2,
            Some(8 * GIB),
            Some(4 * GIB),
            Some(4.0),
        );
    }

    #[test]
    fn v1_without_a_namespace_strips_the_root_of_the_mount() {
        check(
            "/proc/self/cgroup = 5:memory:/docker/abc|4:cpu,cpuacct:/docker/abc|
             /proc/self/mountinfo = 35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory|36 31 0:33 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct
             /sys/fs/cgroup/memory/memory.limit_in_bytes = 2147483648
             /sys/fs/cgroup/memory/memory.usage_in_bytes = 1073741824
             /sys/fs/cgroup/memory/memory.stat = cache 5|total_inactive_file 536870912|
             /sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us = 50000
             /sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us = 100000",
            CgroupVersion::V1,
            Some(2 * GIB),
            Some(3 * GIB / 2),
            Some(0.5),
        );
    }

    #[test]
    fn hybrid_reads_memory_from_v1_and_finds_a_limit_above() {
        check(
            "/proc/self/cgroup = 4:memory:/batch/job 7|1:cpu:/|0::/
             /proc/self/mountinfo = 35 31 0:32 / /sys/fs/cgroup/mem\\040ory rw - cgroup cgroup rw,memory|32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu|41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
             /sys/fs/cgroup/mem ory/batch/job 7/memory.limit_in_bytes = 9223372036854771712
             /sys/fs/cgroup/mem ory/batch/memory.limit_in_bytes = 1073741824
             /sys/fs/cgroup/cpu/cpu.cfs_quota_us = -1
             /sys/fs/cgroup/cpu/cpu.cfs_period_us = 100000",
            CgroupVersion::Hybrid,
            Some(GIB),
            None,
            None,
        );
    }

    #[test]
    fn without_a_mounted_tree_there_is_a_reason() {
        let container = container(
            &files(
                "/proc/self/cgroup = 0::/\n/proc/self/mountinfo = 1 0 0:1 / / rw - ext4 /dev/sda rw",
            ),
            None,
        );
        assert_eq!(
            container.memory_limit_bytes.to_string(),
            "n/a (no control group with a memory controller is mounted)"
        );
        assert_eq!(
            container.cpu_quota_cores.to_string(),
            "n/a (no control group with a processor controller is mounted)"
        );
    }

    #[test]
    fn a_group_outside_the_mounted_part_falls_back_to_the_mount_point() {
        let mount = Mount {
            root: "/a".to_owned(),
            point: "/cg".to_owned(),
            unified: true,
            controllers: Vec::new(),
        };
        assert_eq!(folders("/a/b/c", &mount), ["/cg/b/c", "/cg/b", "/cg"]);
        assert_eq!(folders("/ab", &mount), ["/cg"]);
        assert_eq!(folders("/../x", &mount), ["/cg"]);
        assert_eq!(
            folders(
                "/",
                &Mount {
                    root: "/".to_owned(),
                    ..mount
                }
            ),
            ["/cg"]
        );
    }
}
